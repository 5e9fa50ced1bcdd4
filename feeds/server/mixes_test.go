package server

import (
	"context"
	"fmt"
	"html"
	"io/fs"
	"iter"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/builder"
	"feedmill/feeds/catalog"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// folder is a folder of articles in memory.
type folder map[string]string

func (f folder) Files(context.Context) iter.Seq2[watcher.File, error] {
	return func(yield func(watcher.File, error) bool) {
		for _, path := range slices.Sorted(maps.Keys(f)) {
			if !yield(watcher.File{Path: path}, nil) {
				return
			}
		}
	}
}

func (f folder) Stat(path string) (watcher.File, error) {
	if _, ok := f[path]; !ok {
		return watcher.File{}, fs.ErrNotExist
	}
	return watcher.File{Path: path}, nil
}

func (f folder) ReadFile(path string, _ []byte, _ int64) ([]byte, watcher.Stamp, error) {
	return []byte(f[path]), watcher.Stamp{}, nil
}

// newsroom is a site with a builder of its own.
type newsroom struct {
	t     testing.TB
	files folder
	*builder.Builder
}

func newNewsroom(t testing.TB, change ...func(*builder.Options)) *newsroom {
	topics := []feeds.KnownTopic{{Name: "Joe Biden", Aliases: []string{"POTUS 46"}}}
	n := &newsroom{t, folder{}, nil}
	opt := builder.Options{
		Site: *testSite(), SiteID: "example.com", Topics: topics,
		Parser: article.NewParser(article.Options{SiteID: "example.com", SiteURL: "https://www.example.com/", TopicName: catalog.TopicNames(topics)}),
	}
	for _, c := range change {
		c(&opt)
	}
	n.Builder = builder.New(n.files, opt)
	for i := range 6 {
		n.files[fmt.Sprintf("%d.md", i)] = story(i, "Biden speaks", i*50, "Joe Biden, Election")
	}
	n.files["secret.md"] = story(9, "Hidden story", 900, "Joe Biden, Election") + "secured: hush\n"
	n.files["secret.md"] = strings.Replace(n.files["secret.md"], "---\n", "---\ndraft: true\n", 1)
	n.files["weather.md"] = story(7, "Rain", 10, "Weather")
	n.apply(watcher.Changes{Rescan: true})
	return n
}

func story(day int, title string, heat int, topics string) string {
	return fmt.Sprintf("---\ntitle: %s %d\ndate: 2024-01-%02d\ntopics: [%s]\ntype: video\nquality: %d\nheat: %d\n---\nText of it.\n", title, day, day+1, topics, 20*day, heat)
}

func (n *newsroom) apply(c watcher.Changes) {
	n.t.Helper()
	if err := n.Apply(n.t.Context(), c); err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) save(path, text string) {
	n.t.Helper()
	n.files[path] = text
	n.apply(watcher.Changes{Paths: []string{path}})
}

func TestMixAddresses(t *testing.T) {
	h := NewHandler(newNewsroom(t), testOptions(t))
	for _, tt := range []struct {
		target string
		status int
		want   string // media type, where to go, or what is wrong
	}{
		{"/mix/election/joe-biden/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/mix/election/joe-biden/atom.xml?_=1", 200, "application/atom+xml; charset=utf-8"},
		{"/mix/election/joe-biden/feed.json", 200, "application/feed+json; charset=utf-8"},
		{"/mix/election/joe-biden/", 200, htmlType},
		{"/mix/election,weather/not:joe-biden/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/mix/election%2Cweather/not%3Ajoe-biden/rss.xml", 200, "application/rss+xml; charset=utf-8"}, // as some proxies write it
		{"/mix/%65lection/joe-biden/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/mix/election/title:biden/quality:40/heat:10/count:3/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/mix/election/not:election/rss.xml", 200, "application/rss+xml; charset=utf-8"}, // empty, but not wrong
		{"/mix/joe-biden/election/rss.xml", 308, "/mix/election/joe-biden/rss.xml"},
		{"/mix/election/joe-biden", 308, "/mix/election/joe-biden/"},
		{"/mix/Election/POTUS-46/atom.xml", 308, "/mix/election/joe-biden/atom.xml"},
		{"/mix/election/count:03/feed.json", 308, "/mix/election/count:3/feed.json"},
		{"/mix/joe-biden/rss.xml", 308, "/topics/joe-biden/rss.xml"},
		{"/mix/type:video/", 308, "/types/video/"},
		{"/mix/type:video", 308, "/types/video/"},
		{"/mix/joe-bidn/election/rss.xml", 404, `there is no topic "joe-bidn"`},
		{"/mix/election/quality:high/", 404, `"quality:high": after the colon`},
		{"/mix/election/rss.xml/atom.xml", 404, `no topic "rss.xml"`},
		{"/mix/", 404, "as in /mix/joe-biden/type:video/"},
		{"/mix", 404, "as in /mix/"},
		{"/mix//rss.xml", 404, `no topic ""`},
		{"/top/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/topics/joe-biden/top/atom.xml", 200, "application/atom+xml; charset=utf-8"},
		{"/types/video/top/feed.json", 200, "application/feed+json; charset=utf-8"},
		{"/topics/joe-biden/top/", 200, htmlType},
		{"/top/", 200, htmlType},
		{"/top", 308, "/top/"},
		{"/topics/joe-biden/top", 308, "/topics/joe-biden/top/"},
		{"/topics/POTUS-46/top/rss.xml", 308, "/topics/joe-biden/top/rss.xml"},
		{"/topics/nobody/top/rss.xml", 404, "no such feed to rank"},
		{"/nothing/nobody/top/", 404, "no such feed to rank"},
	} {
		w := ask(h, "GET", tt.target)
		got := w.Header().Get("Content-Type")
		switch w.Code {
		case 308:
			got = w.Header().Get("Location")
		case 404:
			got = tt.want
			if !strings.Contains(w.Body.String(), tt.want) {
				got = w.Body.String()
			}
			page := html.UnescapeString(ask(h, "GET", tt.target, "Accept: text/html").Body.String())
			if !strings.Contains(page, tt.want) {
				t.Errorf("%s: the page does not say %q", tt.target, tt.want)
			}
		}
		if w.Code != tt.status || got != tt.want {
			t.Errorf("%s: %d %q, want %d %q", tt.target, w.Code, got, tt.status, tt.want)
		}
	}
}

// A composed feed goes on without a part that has ended, under the same id, and
// ends with all that it is made of.
func TestMixOfRetired(t *testing.T) {
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := newNewsroom(t, func(o *builder.Options) { o.Ledger = l })
	h := NewHandler(n, testOptions(t))
	id := regexp.MustCompile("<id>[^<]*</id>")
	const without = "/mix/election/not:weather/atom.xml"
	before := ask(h, "GET", without).Body.String()
	delete(n.files, "weather.md")
	n.apply(watcher.Changes{Paths: []string{"weather.md"}})
	for path, want := range map[string]int{
		without:                             200,
		"/mix/election,weather/rss.xml":     200,
		"/mix/election,weather/":            200,
		"/mix/weather,election/":            308,
		"/mix/election/Weather/rss.xml":     308,
		"/mix/election/weather/rss.xml":     410,
		"/mix/weather/rss.xml":              308,
		"/topics/weather/rss.xml":           410,
		"/topics/weather/top/rss.xml":       410,
		"/topics/weather/top/":              410,
		"/topics/weather/archive/2024-01/":  410,
		"/topics/nobody/archive/2024-01/":   404,
		"/mix/election/not:nobody/atom.xml": 404,
	} {
		if w := ask(h, "GET", path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if after := ask(h, "GET", without).Body.String(); id.FindString(after) != id.FindString(before) || !strings.Contains(after, "without weather") {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// Composed feeds have the validators of all others, and keep them over whatever
// does not change their articles.
func TestMixValidators(t *testing.T) {
	n := newNewsroom(t)
	h := NewHandler(n, testOptions(t))
	const target = "/mix/election/joe-biden/quality:40/rss.xml"
	first := ask(h, "GET", target, "Accept-Encoding: gzip")
	tag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
	if first.Code != 200 || !strings.HasSuffix(tag, `-gzip"`) || modified == "" || first.Header().Get("Content-Encoding") != "gzip" || first.Header().Get("Vary") != "Accept-Encoding, Sec-Fetch-Dest, Sec-Fetch-Site" {
		t.Fatalf("%d %v", first.Code, first.Header())
	}
	check := func(what string, status int) {
		t.Helper()
		for _, condition := range []string{"If-None-Match: " + tag, "If-Modified-Since: " + modified} {
			if w := ask(h, "GET", target, condition); w.Code != status {
				t.Errorf("%s: %s: %d, want %d", what, condition, w.Code, status)
			}
		}
	}
	check("unchanged", 304)
	if w := ask(h, "HEAD", target); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	n.save("other.md", story(20, "Else", 5, "Weather"))
	check("another topic", 304)
	n.save("5.md", strings.Replace(n.files["5.md"], "quality: 100", "quality: 90", 1))
	check("bookkeeping", 304)
	before := ask(h, "GET", target).Body.String()
	n.save("5.md", strings.Replace(n.files["5.md"], "quality: 90", "quality: 30", 1))
	after := ask(h, "GET", target, "If-None-Match: "+tag)
	if after.Code != 200 || after.Header().Get("ETag") == tag || after.Body.String() == before || strings.Contains(after.Body.String(), "Biden speaks 5") {
		t.Errorf("below the quality, the article stays: %d", after.Code)
	}
	for _, path := range []string{target, "/mix/election/joe-biden/", "/top/feed.json", "/topics/joe-biden/top/"} {
		if body := ask(h, "GET", path).Body.String(); strings.Contains(body, "Hidden story") || strings.Contains(body, "hush") || strings.Contains(body, "heat>") {
			t.Errorf("%s leaks:\n%s", path, body)
		}
	}
}

func TestMixPage(t *testing.T) {
	h := NewHandler(newNewsroom(t), testOptions(t))
	body := ask(h, "GET", "/mix/election/joe-biden/type:video/").Body.String()
	for _, want := range []string{
		"<h1><bdi>Election and Joe Biden, videos</bdi></h1>",
		`<a href="/topics/election/"><bdi>Election</bdi></a>`, `<a href="/types/video/"><bdi>video</bdi></a>`,
		`<code>https://feeds.example.com/mix/election/joe-biden/type:video/feed.json</code>`, "Biden speaks 5",
		`<link rel="canonical" href="https://feeds.example.com/mix/election/joe-biden/type:video/">`,
		`<input type="hidden" name="type" value="video">`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s:\n%s", want, body)
		}
	}
	if body := ask(h, "GET", "/top/").Body.String(); !strings.Contains(body, `<h2 id="newest">Top</h2>`) {
		t.Errorf("the ranking's page:\n%s", body)
	}
	if body := ask(h, "GET", "/about/").Body.String(); !strings.Contains(body, `id="mix"`) {
		t.Error("no page says how to compose")
	}
}

// A proxy may keep the folder that the base URL names.
func TestMixBaseFolder(t *testing.T) {
	h := NewHandler(newNewsroom(t, func(o *builder.Options) { o.Site.BaseURL = "https://example.com/feeds/" }), testOptions(t))
	for _, path := range []string{"/mix/election/weather/", "/feeds/mix/election/weather/", "/feeds/top/"} {
		if w := ask(h, "GET", path); w.Code != 200 {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	if to := ask(h, "GET", "/feeds/mix/weather/election").Header().Get("Location"); to != "/feeds/mix/election/weather/" {
		t.Errorf("leads to %q", to)
	}
}

// However many composed feeds are asked for, what clients know of others is not
// forgotten.
func TestMixesLeaveThePastOfOthers(t *testing.T) {
	n := newNewsroom(t)
	h := NewHandler(n, testOptions(t))
	h.former, h.formerMixes = newFormer(3200), newFormer(3200)
	old := ask(h, "GET", "/rss.xml").Header().Get("ETag")
	n.save("8.md", story(8, "Biden rests", 1, "Joe Biden"))
	ask(h, "GET", "/rss.xml")
	mix := ask(h, "GET", "/mix/election/quality:1/rss.xml").Header().Get("ETag")
	for i := range 50 {
		ask(h, "GET", fmt.Sprintf("/mix/election/quality:1/count:%d/rss.xml", 1+i))
	}
	n.save("8.md", story(8, "Biden rests again", 1, "Joe Biden, Election"))
	for path, want := range map[string]int{"/rss.xml": 226, "/mix/election/quality:1/rss.xml": 200} {
		tag := map[int]string{226: old, 200: mix}[want]
		if w := ask(h, "GET", path, "A-IM: feed", "If-None-Match: "+tag); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// While snapshots and numbers change, a tag never names two bodies, and what is
// hidden is gone for whoever asks afterwards.
func TestMixSwap(t *testing.T) {
	n := newNewsroom(t)
	h := NewHandler(n, testOptions(t))
	var mu sync.Mutex
	bodies := map[string]string{}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, target := range []string{"/mix/election/heat:100/rss.xml", "/mix/election/weather/", "/top/atom.xml"} {
					w := ask(h, "GET", target)
					tag, body := w.Header().Get("ETag"), w.Body.String()
					mu.Lock()
					if old, ok := bodies[tag]; ok && old != body || w.Code != 200 {
						t.Errorf("%s: %d, %s names two bodies", target, w.Code, tag)
					}
					bodies[tag] = body
					mu.Unlock()
				}
			}
		})
	}
	for i := range 60 {
		text := story(5, "Biden speaks", 400*(i%2), "Joe Biden, Election")
		if i%3 == 0 {
			text = strings.Replace(text, "---\n", "---\ndraft: true\n", 1)
		}
		n.save("5.md", text)
		_, body, _ := strings.Cut(ask(h, "GET", "/mix/election/heat:100/rss.xml").Body.String(), "<channel>")
		if want := i%3 != 0 && i%2 == 1; strings.Contains(body, "Biden speaks 5") != want {
			t.Errorf("change %d: the article is there: %v, want %v", i, !want, want)
		}
	}
	close(stop)
	readers.Wait()
}

// Rankings have a number, so they are among what is exported, and their documents
// are the same. Pages lack what only a server can do.
func TestRankingsAreResources(t *testing.T) {
	n := newNewsroom(t)
	h := NewHandler(n, testOptions(t))
	found := map[string]bool{}
	for r := range resources(n.Snapshot()) {
		if !strings.Contains(r.Path, "top/") {
			continue
		}
		found[r.Name()] = true
		body, err := r.Body()
		if w := ask(h, "GET", r.Path); err != nil || w.Code != 200 || w.Body.String() != string(body) && !strings.HasSuffix(r.Path, "/") {
			t.Errorf("%s: %d, other bytes than exported, %v", r.Path, w.Code, err)
		}
	}
	for _, want := range []string{"top/index.html", "top/rss.xml", "topics/joe-biden/top/feed.json", "types/video/top/atom.xml"} {
		if !found[want] {
			t.Errorf("%s is not exported", want)
		}
	}
}
