package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

func TestSearch(t *testing.T) {
	h := testHandler(t)
	for target, want := range map[string][]string{
		"/search/":                       {`<div id="found"></div>`},
		"/search/?q=MACHINE":             {"1 found", `href="/topics/machine-learning/"`},
		"/search/?q=learning+machine":    {"1 found"},
		"/search/?q=wire":                {"1 found", `href="/providers/the-wire/"`},
		"/search/?q=zzz":                 {"No feed has such a name."},
		"/search/?q=%3Cscript%3E":        {"No feed has", `value="&lt;script&gt;"`},
		"/search/?q=%ff%zz&q=a":          {`<div id="found">`},
		"/search/?q=%E6%97%A5":           {`1 found`, `href="/topics/%E6%97%A5%E6%9C%AC%E8%AA%9E/"`},
		"/search/?utm=1;2&q=+quiet++":    {`value="quiet"`},
		"/search/?q=" + long("ai", 3000): {`maxlength="100"`},
	} {
		w := ask(h, "GET", target)
		if w.Code != 200 {
			t.Fatalf("%s: %d", target, w.Code)
		}
		for _, text := range want {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s lacks %s", target, text)
			}
		}
		if again := ask(h, "GET", target, "If-None-Match: "+w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s again: %d", target, again.Code)
		}
		if !strings.Contains(w.Body.String(), `content="noindex"`) {
			t.Errorf("%s may be indexed", target)
		}
	}
}

func long(s string, n int) string { return strings.Repeat(s, n) }

// many is a snapshot of so many topics, of which every tenth has the next ones
// within it.
func many(n int) *document.Snapshot {
	site := testSite()
	all := []*document.Listing{listing(site, feeds.All, "", site.Title)}
	for i := range n {
		l := listing(site, feeds.Topic, fmt.Sprintf("topic-%05d", i), fmt.Sprintf("Topic %05d of many", i))
		if i%10 != 0 {
			l.Parent = fmt.Sprintf("topic-%05d", i-i%10)
		}
		l.Count, l.Updated = i, newest
		all = append(all, l)
	}
	return document.NewSnapshot(site, n, all, nil)
}

// With 5,000 topics every page stays small, and each topic is on one of them.
func TestManyTopics(t *testing.T) {
	h := NewHandler(holding(many(5000)), testOptions(t))
	listed := map[string]bool{}
	path := "/topics/"
	for pages := 0; path != ""; pages++ {
		root, body := fetchFrom(t, h, path)
		if len(body) > 100<<10 || pages > 20 {
			t.Fatalf("%s, page %d, has %d bytes", path, pages, len(body))
		}
		for _, a := range elements(root, "a") {
			if strings.HasPrefix(a["href"], "/topics/topic-") {
				listed[a["href"]] = true
			}
		}
		path = ""
		for _, l := range elements(root, "link") {
			if l["rel"] == "next" {
				path = strings.TrimPrefix(l["href"], "https://feeds.example.com")
			}
		}
	}
	if len(listed) != 5000 {
		t.Errorf("%d topics are listed", len(listed))
	}
	for _, path := range []string{"/", "/search/?q=of+many"} {
		if _, body := fetchFrom(t, h, path); len(body) > 40<<10 {
			t.Errorf("%s has %d bytes", path, len(body))
		}
	}
	for path, want := range map[string]int{"/topics/page/2/": 200, "/topics/page/1/": 404, "/topics/page/02/": 404, "/topics/page/99/": 404, "/topics/page/x/": 404, "/types/page/2/": 404} {
		if w := ask(h, "GET", path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// FuzzAsked: whatever is entered into our forms, there is an answer, and it leads
// nowhere else.
func FuzzAsked(f *testing.F) {
	n := newNewsroom(f)
	h := NewHandler(n, Options{})
	for _, q := range []string{"/search/?q=a", "/compose/?topic=joe+biden,Election&type=video", "/compose/?not=%2F%2Fevil.example&title=..&count=3", "/compose/?topic=a:b,", "/events?after=x"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, target string) {
		if !strings.HasPrefix(target, "/search/?") && !strings.HasPrefix(target, "/compose/?") {
			return
		}
		a := h.Answer(handmade{target: target}, time.Now())
		if a.Status != 200 && a.Status != 303 {
			t.Errorf("%q: %d", target, a.Status)
		}
		for _, field := range a.Fields {
			if field.Name == "Location" && (!strings.HasPrefix(field.Lines[0], "/") || strings.HasPrefix(field.Lines[0], "//") || strings.ContainsAny(field.Lines[0], "\r\n\\")) {
				t.Errorf("%q leads to %q", target, field.Lines[0])
			}
		}
	})
}
