package server

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/site"
)

// holder is a Source whose snapshot tests swap.
type holder struct {
	atomic.Pointer[document.Snapshot]
}

func (h *holder) Snapshot() *document.Snapshot { return h.Load() }

func holding(s *document.Snapshot) *holder {
	h := new(holder)
	h.Store(s)
	return h
}

var newest = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// stated writes as much of a feed as tests tell feeds apart by.
func stated(f feeds.Format) document.Encoder {
	return func(w io.Writer, feed *feeds.Feed) error {
		_, err := fmt.Fprintf(w, "%s of %s\n%s", f, feed.Title, strings.Repeat("words and more words\n", 200))
		return err
	}
}

func encoders() (all [len(feeds.Formats)]document.Encoder) {
	for _, f := range feeds.Formats {
		all[f] = stated(f)
	}
	return all
}

func testSite() *feeds.Site {
	return &feeds.Site{
		Title: "Daily <Mill>", Description: "News & more", BaseURL: "https://feeds.example.com/", HomeURL: "https://www.example.com/",
		Language: "en-GB",
	}
}

func listing(site *feeds.Site, k feeds.Kind, slug, name string, items ...*feeds.Item) *document.Listing {
	key := feeds.Key{Kind: k, Slug: slug}
	var updated time.Time
	if len(items) > 0 {
		updated = newest
	}
	return &document.Listing{
		Key: key, Name: name, Count: len(items), Updated: updated,
		Revision: document.NewRevision(func() *feeds.Feed {
			return &feeds.Feed{Site: site, Key: key, ID: "urn:x:" + slug, Title: name, Updated: updated, TTL: 15 * time.Minute, Items: items}
		}, encoders()),
	}
}

func testItem() *feeds.Item {
	return &feeds.Item{
		ID: "urn:x:1", URL: "https://www.example.com/1", Title: `Tom & "Jerry" <b>`, Summary: "A <script>alert(1)</script> story.",
		HTML: "<p>the whole text</p>", Published: newest, Updated: newest,
		Authors: []feeds.Person{{Name: "Ann"}}, Source: &feeds.Source{Name: "The Wire"},
		Tags:   []feeds.Tag{{Kind: feeds.Topic, Name: "ai"}, {Kind: feeds.Topic, Name: "C++"}, {Kind: feeds.Topic, Name: "unlisted"}},
		Images: []feeds.Image{{URL: "javascript:alert(2)"}, {URL: "https://img.example.com/1.png", Width: 30, Height: 20}},
	}
}

func testSnapshot(site *feeds.Site) *document.Snapshot {
	it := testItem()
	child := listing(site, feeds.Topic, "machine-learning", "Machine Learning", it)
	child.Parent = "ai"
	all := []*document.Listing{
		listing(site, feeds.All, "", site.Title, it),
		listing(site, feeds.Topic, "ai", "AI", it),
		listing(site, feeds.Topic, "c-plus-plus", "C++", it),
		child,
		listing(site, feeds.Topic, "quiet", "Quiet"),
		listing(site, feeds.Topic, "日本語", "日本語", it),
		listing(site, feeds.Topic, "é", "É"),
		listing(site, feeds.Category, "news", "News", it),
		listing(site, feeds.Provider, "the-wire", "The Wire", it),
	}
	return document.NewSnapshot(site, 1, all, map[feeds.Key]feeds.Key{
		{Kind: feeds.Topic, Slug: "artificial-intelligence"}: {Kind: feeds.Topic, Slug: "ai"},
		{Kind: feeds.Topic, Slug: "lost"}:                    {Kind: feeds.Topic, Slug: "not-there"},
	})
}

func testOptions(t *testing.T) Options {
	return Options{OPML: testOPML, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

func testOPML(w io.Writer, s *document.Snapshot) error {
	_, err := io.WriteString(w, "<opml/>")
	return err
}

// resources are those that snap has for export.
func resources(snap *document.Snapshot) iter.Seq[*site.Resource] {
	return site.New(snap, site.Options{OPML: testOPML}).Resources()
}

// asset is the path of what the pages load that ends in this.
func asset(t *testing.T, end string) string {
	t.Helper()
	for r := range resources(testSnapshot(testSite())) {
		if r.Class >= site.Asset && strings.HasSuffix(r.Path, end) && r.Path != feeds.StylesheetPath {
			return r.Path
		}
	}
	t.Fatal("there is no ", end)
	return ""
}

const htmlType = "text/html; charset=utf-8"

// clock is the time of all requests that tests make.
var clock = time.Now

// setClock has tests ask at the time that now says, until the test ends.
func setClock(t testing.TB, now func() time.Time) {
	clock = now
	t.Cleanup(func() { clock = time.Now })
}

func testHandler(t *testing.T) *Handler {
	return NewHandler(holding(testSnapshot(testSite())), testOptions(t))
}

// ask sends a request from this machine; fields are header lines "Name: value".
func ask(h *Handler, method, target string, fields ...string) *httptest.ResponseRecorder {
	return askFrom("127.0.0.1:1000", h, method, target, fields...)
}

func askFrom(remote string, h *Handler, method, target string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = remote
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	front.HTTPHandler(h, clock).ServeHTTP(w, r)
	return w
}

// ripen waits until the feed of everything is there as RSS in every coding, which
// are made in the background otherwise.
func ripen(t *testing.T, h *Handler) {
	t.Helper()
	d, err := h.source.Snapshot().Listing(feeds.Key{}).Document(feeds.RSS)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range document.Codings {
		d.Coded.In(c)
	}
}

func TestAddresses(t *testing.T) {
	h := testHandler(t)
	for _, tt := range []struct {
		target string
		status int
		want   string // media type, or where to go
	}{
		{"/", 200, "text/html; charset=utf-8"},
		{"/?utm_source=x", 200, "text/html; charset=utf-8"},
		{"/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/atom.xml", 200, "application/atom+xml; charset=utf-8"},
		{"/feed.json", 200, "application/feed+json; charset=utf-8"},
		{"/topics/ai/", 200, "text/html; charset=utf-8"},
		{"/topics/ai/rss.xml?_=123", 200, "application/rss+xml; charset=utf-8"},
		{"/topics/quiet/atom.xml", 200, "application/atom+xml; charset=utf-8"},
		{"/topics/%E6%97%A5%E6%9C%AC%E8%AA%9E/feed.json", 200, "application/feed+json; charset=utf-8"},
		{"/topics/%e6%97%a5%e6%9c%ac%e8%aa%9e/feed.json", 200, "application/feed+json; charset=utf-8"},
		{"/categories/news/", 200, "text/html; charset=utf-8"},
		{"/providers/the-wire/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/topics/", 200, "text/html; charset=utf-8"},
		{"/types/", 200, "text/html; charset=utf-8"},
		{"/about/", 200, "text/html; charset=utf-8"},
		{"/opml.xml", 200, "text/x-opml; charset=utf-8"},
		{"/icon.svg", 200, "image/svg+xml; charset=utf-8"},
		{asset(t, ".css"), 200, "text/css; charset=utf-8"},
		{"/%74opics/%61i/%72ss.xml", 200, "application/rss+xml; charset=utf-8"}, // RFC 3986 §6.2.2.2
		{"/rss%2Exml", 200, "application/rss+xml; charset=utf-8"},
		{"/topics", 308, "/topics/"},
		{"/about", 308, "/about/"},
		{"/topics/ai", 308, "/topics/ai/"},
		{"/topics/AI/atom.xml", 308, "/topics/ai/atom.xml"},
		{"/topics/C%2B%2B/", 308, "/topics/c-plus-plus/"},
		{"/topics/c++/", 308, "/topics/c-plus-plus/"},
		{"/topics/e%CC%81/rss.xml", 308, "/topics/%C3%A9/rss.xml"},
		{"/topics/artificial-intelligence", 308, "/topics/ai/"},
		{"/topics/Artificial-Intelligence/feed.json", 308, "/topics/ai/feed.json"},
		{"/topics/lost/", 404, ""},
		{"/topics/unknown/", 404, ""},
		{"/topics/ai/index.html", 404, ""},
		{"/topics/ai/rss.xml/", 404, ""},
		{"/topics//rss.xml", 404, ""},
		{"//topics/ai/", 404, ""},
		{"/topic/ai/", 404, ""},
		{"/all/ai/", 404, ""},
		{"/topics/a%2Fi/", 404, ""},
		{"/topics%2Fai/rss.xml", 404, ""},
		{"/topics/ai/%2e", 404, ""},
		{"/topics/../rss.xml", 404, ""},
		{"/nothing", 404, ""},
	} {
		w := ask(h, "GET", tt.target)
		got := w.Header().Get("Content-Type")
		switch w.Code {
		case 308:
			got = w.Header().Get("Location")
		case 404:
			got = ""
		}
		if w.Code != tt.status || got != tt.want {
			t.Errorf("%s: %d %q, want %d %q", tt.target, w.Code, got, tt.status, tt.want)
		}
	}
}

// Behind a proxy the base URL may name a folder, which the proxy may keep or
// take off.
func TestBaseFolder(t *testing.T) {
	site := testSite()
	site.BaseURL = "https://example.com/feeds/"
	h := NewHandler(holding(testSnapshot(site)), testOptions(t))
	for target, want := range map[string]string{
		"/topics/ai": "/feeds/topics/ai/", "/feeds/topics/ai": "/feeds/topics/ai/", "/feeds/about": "/feeds/about/", "/feeds": "/feeds/",
	} {
		if got := ask(h, "GET", target).Header().Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", target, got, want)
		}
	}
	for _, target := range []string{"/topics/ai/", "/feeds/topics/ai/", "/feeds/rss.xml", "/feeds/"} {
		if w := ask(h, "GET", target); w.Code != 200 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if w := ask(h, "GET", "/feedsrss.xml"); w.Code != 404 {
		t.Errorf("a folder of a like name: %d", w.Code)
	}
	body := ask(h, "GET", "/").Body.String()
	for _, want := range []string{`href="/feeds/topics/ai/"`, `href="/feeds` + asset(t, ".css") + `"`, `href="https://example.com/feeds/rss.xml"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the first page lacks %s", want)
		}
	}
}

func TestMethods(t *testing.T) {
	h := testHandler(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
		w := ask(h, method, "/rss.xml")
		if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestReadiness(t *testing.T) {
	src := new(holder)
	h := NewHandler(src, testOptions(t))
	check := func(target string, status int, body string) {
		t.Helper()
		w := ask(h, "GET", target)
		if w.Code != status || w.Body.String() != body || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q %v", target, w.Code, w.Body, w.Header())
		}
		if retry := w.Header().Get("Retry-After"); (retry != "") != (status == 503) {
			t.Errorf("%s: Retry-After %q", target, retry)
		}
	}
	check("/healthz", 200, "ok\n")
	for _, target := range []string{"/readyz", "/rss.xml", "/", "/nothing"} {
		check(target, 503, "not ready: first scan is running\n")
	}
	src.Store(testSnapshot(testSite()))
	check("/healthz", 200, "ok\n")
	check("/readyz", 200, "ready\n")
	if w := ask(h, "GET", "/rss.xml"); w.Code != 200 {
		t.Errorf("/rss.xml after the first scan: %d", w.Code)
	}
}

func TestNotFound(t *testing.T) {
	h := testHandler(t)
	w := ask(h, "GET", "/nothing", "Accept: text/html,*/*;q=0.8")
	if ct := w.Header().Get("Content-Type"); w.Code != 404 || ct != htmlType || !strings.Contains(w.Body.String(), `<a href="/">`) {
		t.Errorf("a browser gets %d %q:\n%s", w.Code, ct, w.Body)
	}
	if w.Header().Get("Content-Security-Policy") == "" {
		t.Error("the page may load anything")
	}
	w = ask(h, "GET", "/nothing", "Accept: */*")
	if ct := w.Header().Get("Content-Type"); w.Code != 404 || ct != "text/plain; charset=utf-8" || !strings.Contains(w.Body.String(), "https://feeds.example.com/") {
		t.Errorf("a program gets %d %q: %s", w.Code, ct, w.Body)
	}
}

func TestBrokenEncoder(t *testing.T) {
	for name, encode := range map[string]document.Encoder{
		"error": func(io.Writer, *feeds.Feed) error { return errors.New("private words") },
		"panic": func(io.Writer, *feeds.Feed) error { panic("private words") },
	} {
		t.Run(name, func(t *testing.T) {
			var logged strings.Builder
			all := encoders()
			all[feeds.Atom] = encode
			site := testSite()
			l := &document.Listing{Name: "x", Revision: document.NewRevision(func() *feeds.Feed { return &feeds.Feed{Site: site} }, all)}
			h := NewHandler(holding(document.NewSnapshot(site, 0, []*document.Listing{l}, nil)), Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))})
			for range 3 {
				w := ask(h, "GET", "/atom.xml")
				if w.Code != 500 || w.Body.String() != "internal error\n" || w.Header().Get("ETag") != "" {
					t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
				}
			}
			if n := strings.Count(logged.String(), "level=ERROR"); n != 1 || !strings.Contains(logged.String(), "private words") {
				t.Errorf("logged %d times:\n%s", n, logged.String())
			}
			if w := ask(h, "GET", "/rss.xml"); w.Code != 200 {
				t.Errorf("another format: %d", w.Code)
			}
		})
	}
}

type panicking struct{}

func (panicking) Snapshot() *document.Snapshot { panic("out of order") }

func TestPanic(t *testing.T) {
	h := NewHandler(panicking{}, testOptions(t))
	if w := ask(h, "GET", "/"); w.Code != 500 || w.Body.String() != "internal error\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// operator is one that has nothing to say but that something is held.
type operator struct{ held string }

func (o operator) Held() string { return o.held }

func (o operator) Answer(_ front.Request, path string, _ time.Time) front.Answer {
	return brief(200, "operator: "+path+"\n")
}

// The operator is asked for what is the operator's, and everybody is told what is
// held.
func TestOperator(t *testing.T) {
	src := new(holder)
	opt := testOptions(t)
	check := func(path string, status int, want string) {
		t.Helper()
		if w := ask(NewHandler(src, opt), "GET", path); w.Code != status || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%s: %d, %q, want %d, %q", path, w.Code, w.Body, status, want)
		}
	}
	opt.Operator = operator{"held: a change\n"}
	check("/readyz", 503, "not ready\nheld: a change\n")
	check("/status?token=x", 200, "operator: /status\n")
	check("/rss.xml", 503, "not ready\nheld: a change\n")
	src.Store(testSnapshot(testSite()))
	check("/readyz", 200, "ready\nheld: a change\n")
	check("/status.json", 200, "operator: /status.json\n")
	check("/metrics", 200, "operator: /metrics\n")
	opt.Operator = operator{}
	check("/readyz", 200, "ready\n")
	opt.Operator = nil
	check("/status", 404, "")
	check("/readyz", 200, "ready\n")
}

// aimed is a request for a target.
type aimed struct {
	made
	target string
}

func (a aimed) Target() string { return a.target }

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/a?b", "http://x/a", "http://x", "*", "/%41%2f", "/%zz", "//a", "/é", "x:y", "http://x?a=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		r := newRequest(aimed{target: target}, time.Now())
		path, query := r.path, r.query
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		want := u.Path
		if want == "" && u.Opaque == "" {
			want = "/"
		}
		if got, err := url.PathUnescape(path); err != nil || got != want && u.Opaque == "" || query != u.RawQuery {
			t.Errorf("%q: %q ? %q, want %q ? %q", target, got, query, want, u.RawQuery)
		}
	})
}
