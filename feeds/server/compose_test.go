package server

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

func TestCompose(t *testing.T) {
	h := NewHandler(newNewsroom(t), testOptions(t))
	for target, want := range map[string]string{
		"topic=Joe+Biden":                             "/topics/joe-biden/",
		"topic=joe-biden&and=ELECTION":                "/mix/election/joe-biden/",
		"topic=Election%2C+potus+46":                  "/mix/election,joe-biden/",
		"topic=election&not=Weather,Joe+Biden":        "/mix/election/not:joe-biden,weather/",
		"topic=election&title=Biden+Speaks&count=5":   "/mix/election/title:biden-speaks/count:5/",
		"type=video&topic=":                           "/types/video/",
		"type=video&title=rain":                       "/mix/type:video/title:rain/",
		"":                                            "",
		"topic=nobody":                                "there is no topic &#34;nobody&#34;",
		"topic=election&count=0":                      "after the colon comes a number from 1 to 200",
		"topic=quality:5":                             "there is no topic &#34;quality 5&#34;",
		"topic=" + url.QueryEscape(long("x,", 300)):   "there is no topic",
		"title=%3Cscript%3Ealert(1)%3C%2Fscript%3E..": "/mix/title:less-script-greater-alert-1-less-script-greater/",
	} {
		w := ask(h, "GET", "/compose/?"+target)
		switch {
		case strings.HasPrefix(want, "/"):
			if w.Code != 303 || w.Header().Get("Location") != want {
				t.Errorf("%s: %d %q, want %q", target, w.Code, w.Header().Get("Location"), want)
			}
			if followed := ask(h, "GET", want); followed.Code != 200 {
				t.Errorf("%s leads to %d", target, followed.Code)
			}
		default:
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d\n%s", target, w.Code, w.Body)
			}
		}
	}
	if w := ask(testHandler(t), "GET", "/compose/"); w.Code != 404 {
		t.Errorf("where nothing can be composed: %d", w.Code)
	}
}

func TestReaders(t *testing.T) {
	_, body := fetch(t, "/topics/ai/")
	for _, want := range []string{`href="feed:https://feeds.example.com/topics/ai/atom.xml"`, `href="https://www.newsblur.com/?url=https%3A%2F%2Ffeeds.example.com%2Ftopics%2Fai%2Fatom.xml"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// Linked data is JSON that says what the page is, whatever its title holds.
func TestLinkedData(t *testing.T) {
	site := testSite()
	name := `</script><script>alert("1")</script>`
	l := listing(site, feeds.Topic, "x", name, testItem())
	h := NewHandler(holding(document.NewSnapshot(site, 1, []*document.Listing{listing(site, feeds.All, "", "All"), l}, nil)), testOptions(t))
	root, body := fetchFrom(t, h, "/topics/x/")
	if n := len(elements(root, "script")); n != 2 {
		t.Errorf("%d scripts:\n%s", n, body)
	}
	var data map[string]any
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data == "script" {
			if err := json.Unmarshal([]byte(n.Data), &data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if data["name"] != name || data["@type"] != "CollectionPage" || data["url"] != "https://feeds.example.com/topics/x/" {
		t.Errorf("%v", data)
	}
	meta := map[string]string{}
	for _, m := range elements(root, "meta") {
		meta[m["property"]] = m["content"]
	}
	if meta["og:title"] != name || meta["og:image"] != "https://img.example.com/1.png" {
		t.Errorf("%v", meta)
	}
}

// A browser that is shown a document gets a type that its style sheet applies to,
// and is led to the page only where that is wanted.
func TestShownDocument(t *testing.T) {
	opt := testOptions(t)
	opt.ShowDocuments = true
	plain := NewHandler(holding(testSnapshot(testSite())), opt)
	elsewhere, here := []string{"Sec-Fetch-Dest: document", "Sec-Fetch-Site: none"}, []string{"Sec-Fetch-Dest: document", "Sec-Fetch-Site: same-origin"}
	for _, tt := range []struct {
		h      *Handler
		path   string
		fields []string
		want   string // type, or where to go
	}{
		{plain, "/rss.xml", elsewhere, "application/xml; charset=utf-8"},
		{plain, "/topics/ai/atom.xml", elsewhere, "application/xml; charset=utf-8"},
		{plain, "/feed.json", elsewhere, "application/feed+json; charset=utf-8"},
		{plain, "/rss.xml", nil, "application/rss+xml; charset=utf-8"},
		{plain, "/feed.css", nil, "text/css; charset=utf-8"},
		{testHandler(t), "/rss.xml", elsewhere, "/"},
		{testHandler(t), "/rss.xml", here, "application/xml; charset=utf-8"},
	} {
		w := ask(tt.h, "GET", tt.path, tt.fields...)
		got := w.Header().Get("Location")
		if got == "" {
			got = w.Header().Get("Content-Type")
		}
		if got != tt.want {
			t.Errorf("%s %v: %d %q, want %q", tt.path, tt.fields, w.Code, got, tt.want)
		}
	}
}
