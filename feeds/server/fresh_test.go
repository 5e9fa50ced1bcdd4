package server

import (
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// Copies may be used until the second of a change that is known to come, in
// feeds and on the pages that show it; nothing else of it is told.
func TestFreshUntilTheNextChange(t *testing.T) {
	due := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	site := testSite()
	scheduled, quiet := listing(site, feeds.Topic, "ai", "AI", testItem()), listing(site, feeds.Topic, "quiet", "Quiet")
	scheduled.Next = due
	opt := testOptions(t)
	var now time.Time
	setClock(t, func() time.Time { return now })
	all := listing(site, feeds.All, "", "All")
	all.Next = due
	h := NewHandler(holding(document.NewSnapshot(site, 1, []*document.Listing{all, scheduled, quiet}, nil)), opt)
	const usual = "public, max-age=900, stale-while-revalidate=60, stale-if-error=86400"
	for left, want := range map[time.Duration]string{
		24 * time.Hour:                       usual,
		17 * time.Minute:                     usual,
		16*time.Minute + time.Second:         usual,
		16 * time.Minute:                     "public, max-age=900, stale-if-error=86400",
		10 * time.Minute:                     "public, max-age=600, stale-if-error=86400",
		time.Minute:                          "public, max-age=60, stale-if-error=86400",
		59*time.Second + 10*time.Millisecond: "public, max-age=60, stale-if-error=86400",
		0:                                    "public, max-age=0, stale-if-error=86400",
		-time.Hour:                           "public, max-age=0, stale-if-error=86400",
	} {
		now = due.Add(-left)
		for _, path := range []string{"/topics/ai/rss.xml", "/topics/ai/feed.json", "/topics/ai/"} {
			full := ask(h, "GET", path)
			again := ask(h, "GET", path, "If-None-Match: "+full.Header().Get("ETag"))
			if got := full.Header().Get("Cache-Control"); got != want || again.Header().Get("Cache-Control") != want || again.Code != http.StatusNotModified {
				t.Errorf("%v before: %s in the 200 of %s and %s in the %d, want %s", left, got, path, again.Header().Get("Cache-Control"), again.Code, want)
			}
			if strings.Contains(full.Body.String(), "2026-05-01") {
				t.Errorf("%s tells the time", path)
			}
		}
		if got := ask(h, "GET", "/topics/quiet/rss.xml").Header().Get("Cache-Control"); got != usual {
			t.Errorf("another feed: %s", got)
		}
	}
	now = due.Add(-time.Minute)
	for _, path := range []string{"/", "/topics/", "/opml.xml"} {
		if got := ask(h, "GET", path).Header().Get("Cache-Control"); got != "public, max-age=60, stale-if-error=86400" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// A browser that would show a document as the page itself goes to the page, and
// programs, readers in browsers and our own links get the document.
func TestBrowsersGoToThePage(t *testing.T) {
	site := testSite()
	site.BaseURL = "https://example.com/feeds/"
	h := NewHandler(holding(testSnapshot(site)), testOptions(t))
	for _, tt := range []struct {
		path   string
		fields []string
		want   string // where to; empty for the document
	}{
		{"/topics/ai/rss.xml", []string{"Sec-Fetch-Dest: document"}, "/feeds/topics/ai/"},
		{"/topics/ai/feed.json", []string{"Sec-Fetch-Dest: document", "Sec-Fetch-Site: none"}, "/feeds/topics/ai/"},
		{"/feeds/topics/ai/atom.xml", []string{"Sec-Fetch-Dest: document", "Sec-Fetch-Site: cross-site", `If-None-Match: *`}, "/feeds/topics/ai/"},
		{"/rss.xml", []string{"Sec-Fetch-Dest: document"}, "/feeds/"},
		{"/topics/ai/rss.xml", []string{"Sec-Fetch-Dest: document", "Sec-Fetch-Site: same-origin"}, ""},
		{"/topics/ai/rss.xml", []string{"Sec-Fetch-Dest: empty", "Sec-Fetch-Site: cross-site"}, ""},
		{"/topics/ai/rss.xml", []string{"Accept: text/html"}, ""},
		{"/topics/ai/", []string{"Sec-Fetch-Dest: document"}, ""},
		{"/opml.xml", []string{"Sec-Fetch-Dest: document"}, ""},
	} {
		w := ask(h, "GET", tt.path, tt.fields...)
		status := http.StatusOK
		if tt.want != "" {
			status = http.StatusSeeOther
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: a cache may keep the redirect: %v", tt.path, w.Header())
			}
		}
		if w.Code != status || w.Header().Get("Location") != tt.want {
			t.Errorf("%s with %q: %d to %q, want %q", tt.path, tt.fields, w.Code, w.Header().Get("Location"), tt.want)
		}
		if path.Base(tt.path) != "opml.xml" && !strings.HasSuffix(tt.path, "/") && !strings.Contains(w.Header().Get("Vary"), browserFields) {
			t.Errorf("%s: Vary %q", tt.path, w.Header().Get("Vary"))
		}
	}
}
