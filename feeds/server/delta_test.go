package server

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"feedmill/feeds"
	"feedmill/feeds/atom"
	"feedmill/feeds/document"
	"feedmill/feeds/jsonfeed"
	"feedmill/feeds/rss"
)

// edition is a snapshot of one feed with these items, "id" or "id=text".
func edition(site *feeds.Site, items ...string) *document.Snapshot {
	f := &feeds.Feed{Site: site, ID: "urn:x:all", Title: "All", Description: "All", Updated: newest, TTL: time.Hour}
	for _, s := range items {
		id, text, _ := strings.Cut(s, "=")
		f.Items = append(f.Items, &feeds.Item{ID: "urn:x:" + id, Title: id, HTML: "<p>" + text + strings.Repeat(" words", 300) + "</p>", Updated: newest, Published: newest})
	}
	encoders := [...]document.Encoder{feeds.RSS: rss.Encode, feeds.Atom: atom.Encode, feeds.JSON: jsonfeed.Encode}
	l := &document.Listing{Name: "All", Count: len(items), Updated: newest, Revision: document.NewRevision(func() *feeds.Feed { return f }, encoders)}
	return document.NewSnapshot(site, len(items), []*document.Listing{l}, nil)
}

// ids lists the items that a reader finds in a document.
func ids(t *testing.T, body io.Reader) string {
	t.Helper()
	f, err := gofeed.NewParser().Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, it := range f.Items {
		all = append(all, strings.TrimPrefix(it.GUID, "urn:x:"))
	}
	return strings.Join(all, " ")
}

// A client that names its tag gets what is new or changed since, in every
// format, and the tag of the full document with it.
func TestDeltas(t *testing.T) {
	site := testSite()
	src := holding(edition(site, "c", "b", "a"))
	h := NewHandler(src, testOptions(t))
	first := map[feeds.Format]string{}
	for _, f := range feeds.Formats {
		first[f] = ask(h, "GET", "/"+f.Filename(), "A-IM: feed").Header().Get("ETag")
	}
	for _, tt := range []struct {
		items []string
		want  string
	}{
		{[]string{"d", "c", "b", "a"}, "d"},
		{[]string{"e", "d", "c", "b"}, "e d"},
		{[]string{"e", "d", "c", "b=corrected"}, "e d b"},
		{[]string{"c", "b"}, ""},
	} {
		src.Store(edition(site, tt.items...))
		for _, f := range feeds.Formats {
			path := "/" + f.Filename()
			full := ask(h, "GET", path)
			w := ask(h, "GET", path, "A-IM: feed", "If-None-Match: "+first[f])
			if got := w.Header(); w.Code != http.StatusIMUsed || got.Get("IM") != "feed" || got.Get("Cache-Control") != "no-store, im" || got.Get("Delta-Base") != first[f] ||
				got.Get("ETag") != full.Header().Get("ETag") || got.Get("Content-Type") != full.Header().Get("Content-Type") || got.Get("Last-Modified") != full.Header().Get("Last-Modified") ||
				got.Get("Vary") != "Accept-Encoding, "+browserFields+", A-IM, If-None-Match" {
				t.Errorf("%s: %d %v", path, w.Code, got)
			}
			if got := ids(t, w.Body); got != tt.want {
				t.Errorf("%s after %q: %q is new, want %q", path, tt.items, got, tt.want)
			}
			again := ask(h, "GET", path, "A-IM: feed", "If-None-Match: "+w.Header().Get("ETag"))
			if again.Code != http.StatusNotModified || again.Header().Get("IM") != "" {
				t.Errorf("%s unchanged: %d %v", path, again.Code, again.Header())
			}
		}
	}
}

func TestWhoGetsADelta(t *testing.T) {
	site := testSite()
	src := holding(edition(site, "b", "a"))
	h := NewHandler(src, testOptions(t))
	old := strings.Trim(ask(h, "GET", "/rss.xml").Header().Get("ETag"), `"`)
	src.Store(edition(site, "c", "b", "a"))
	for _, tt := range []struct {
		rule   string
		fields []string
		status int
	}{
		{"no A-IM", []string{`If-None-Match: "` + old + `"`}, 200},
		{"no tag", []string{"A-IM: feed"}, 200},
		{"an unknown tag", []string{"A-IM: feed", `If-None-Match: "AAAAAAAAAAAAAAAA"`}, 200},
		{"a date alone", []string{"A-IM: feed", "If-Modified-Since: Wed, 04 Mar 2020 05:06:07 GMT"}, 200},
		{"any tag", []string{"A-IM: feed", `If-None-Match: *`}, 304},
		{"a tag of before", []string{"A-IM: feed", `If-None-Match: "` + old + `"`}, 226},
		{"in any case", []string{"A-IM: FEED", `If-None-Match: "` + old + `"`}, 226},
		{"in a list", []string{"A-IM: vcdiff, gzip;q=0.3, feed;q=0.1", `If-None-Match: "` + old + `"`}, 226},
		{"in a second line", []string{"A-IM: gzip", "A-IM: feed", `If-None-Match: "` + old + `"`}, 226},
		{"a library that sends it unasked", []string{"User-Agent: feedparser/6.0.10 +https://github.com/kurtmckee/feedparser/", "A-IM: feed", `If-None-Match: "` + old + `"`}, 200},
		{"a program that takes it for an error", []string{"User-Agent: rss2email/3.14 (https://github.com/rss2email/rss2email)", "A-IM: feed", `If-None-Match: "` + old + `"`}, 200},
		{"refused", []string{"A-IM: feed;q=0", `If-None-Match: "` + old + `"`}, 200},
		{"the whole preferred", []string{"A-IM: feed;q=0.5, identity", `If-None-Match: "` + old + `"`}, 200},
		{"the whole as second choice", []string{"A-IM: feed, identity;q=0.5", `If-None-Match: "` + old + `"`}, 226},
		{"another manipulation", []string{"A-IM: diffe", `If-None-Match: "` + old + `"`}, 200},
		{"a weak tag of a coding", []string{"A-IM: feed", `If-None-Match: W/"` + old + `-gzip"`}, 226},
		{"no quotes", []string{"A-IM: feed", `If-None-Match: ` + old}, 226},
		{"among others", []string{"A-IM: feed", `If-None-Match: "x"`, `If-None-Match: "y", "` + old + `-br"`}, 226},
		{"a browser", []string{"A-IM: feed", `If-None-Match: "` + old + `"`, "Sec-Fetch-Dest: document"}, 303},
	} {
		get, head := ask(h, "GET", "/rss.xml", tt.fields...), ask(h, "HEAD", "/rss.xml", tt.fields...)
		if get.Code != tt.status || head.Code != tt.status || head.Body.Len() != 0 || head.Header().Get("Content-Length") != get.Header().Get("Content-Length") && tt.status != 303 {
			t.Errorf("%s: GET %d, HEAD %d, want %d", tt.rule, get.Code, head.Code, tt.status)
		}
	}
	w := ask(h, "GET", "/rss.xml", "A-IM: feed", `If-None-Match: "`+old+`"`, "Accept-Encoding: gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" || !strings.HasSuffix(w.Header().Get("ETag"), `-gzip"`) {
		t.Fatalf("%v %v", err, w.Header())
	}
	if got := ids(t, z); got != "c" {
		t.Errorf("coded: %q", got)
	}
	src.Store(edition(site, "z", "y"))
	if w := ask(h, "GET", "/rss.xml", "A-IM: feed", `If-None-Match: "`+old+`"`); w.Code != 200 {
		t.Errorf("where all is new: %d", w.Code)
	}
}

// Tags are remembered for days after they were replaced, however long they held.
func TestTagsAreForgotten(t *testing.T) {
	now := newest
	opt := testOptions(t)
	setClock(t, func() time.Time { return now })
	site := testSite()
	src := holding(edition(site, "a"))
	h := NewHandler(src, opt)
	old := ask(h, "GET", "/atom.xml").Header().Get("ETag")
	now = now.Add(100 * 24 * time.Hour)
	src.Store(edition(site, "b", "a"))
	for _, tt := range []struct {
		after  time.Duration
		status int
	}{{0, 226}, {formerAge, 226}, {time.Second, 200}} {
		now = now.Add(tt.after)
		if w := ask(h, "GET", "/atom.xml", "A-IM: feed", "If-None-Match: "+old); w.Code != tt.status {
			t.Errorf("at %v: %d, want %d", now, w.Code, tt.status)
		}
	}
}

// What is remembered has a bound, and each of the maps holds what the cache does.
func TestFormerIsBounded(t *testing.T) {
	f := newFormer(64 << 20) // of which deltas have 4 MiB
	marks := make([]document.Mark, 1<<10)
	for i := range 3000 {
		f.remember(fmt.Sprint("/", i%1500), fmt.Sprint(i%2999), marks, newest)
		if size := f.cache.Size(); size > 4<<20 {
			t.Fatalf("%d bytes", size)
		}
	}
	states, current := 0, 0
	room := 0
	for _, s := range f.states.Range {
		states++
		room += stateRoom + len(s.(*state).path) + len(marks)*len(document.Mark{})
	}
	for path, s := range f.current.Range {
		if current++; path != s.(*state).path {
			t.Errorf("%s is at %s", s.(*state).path, path)
		}
	}
	if f.cache.Size() != room || current > states || states < 200 {
		t.Errorf("%d states, %d current ones, %d bytes", states, current, f.cache.Size())
	}
}

// Many old tags take no more room than the document itself.
func TestDeltasAreBounded(t *testing.T) {
	site := testSite()
	src := holding(edition(site, "0", "x"))
	h := NewHandler(src, testOptions(t))
	var old []string
	for n := range 20 {
		src.Store(edition(site, fmt.Sprint(n), "y", "x"))
		old = append(old, ask(h, "GET", "/rss.xml").Header().Get("ETag"))
	}
	got := map[int]int{}
	for range 2 {
		for _, tag := range old[:19] {
			got[ask(h, "GET", "/rss.xml", "A-IM: feed", "If-None-Match: "+tag).Code]++
		}
	}
	if got[200] == 0 || got[226] == 0 || got[200]+got[226] != 38 {
		t.Errorf("%v", got)
	}
}

// While a document that is not good is kept from readers, nobody gets a part of
// it as news, and what the last good one holds is not taken for what it should.
func TestNoDeltaOfAnUnfitDocument(t *testing.T) {
	site := testSite()
	all := feeds.Key{}
	src := holding(edition(site, "a"))
	h := NewHandler(src, testOptions(t))
	first := ask(h, "GET", "/rss.xml").Header().Get("ETag")
	src.Store(edition(site, "b", "a"))
	before := src.Load().Listing(all).Revision
	good, _ := before.Document(feeds.RSS)
	ask(h, "GET", "/rss.xml")

	bad := edition(site, "c", "b", "a")
	l := bad.Listing(all)
	l.Revision = l.Checked(nil, document.Feeds, func(feeds.Format, *feeds.Feed, *document.Document, error) (*document.Revision, error) {
		return before, nil
	})
	src.Store(bad)
	w := ask(h, "GET", "/rss.xml", "A-IM: feed", "If-None-Match: "+first)
	if got := ids(t, w.Body); w.Code != http.StatusOK || got != "b a" {
		t.Errorf("%d with %q, want 200 with what is good", w.Code, got)
	}
	src.Store(edition(site, "c", "b", "a"))
	w = ask(h, "GET", "/rss.xml", "A-IM: feed", `If-None-Match: "`+good.Tag+`"`)
	if got := ids(t, w.Body); w.Code != http.StatusIMUsed || got != "c" {
		t.Errorf("%d with %q, want 226 with what was missing", w.Code, got)
	}
}
