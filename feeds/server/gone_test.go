package server

import (
	"strings"
	"testing"

	"feedmill/feeds"
)

func TestRetired(t *testing.T) {
	site := testSite()
	site.BaseURL = "https://example.com/feeds/"
	snap := testSnapshot(site)
	snap.Retired = map[feeds.Key]string{{Kind: feeds.Topic, Slug: "old-news"}: "old news", {Kind: feeds.Topic, Slug: "artificial-intelligence"}: "artificial intelligence"}
	h := NewHandler(holding(snap), testOptions(t))
	for path, want := range map[string]int{
		"/topics/old-news/rss.xml":                410,
		"/feeds/topics/old-news/feed.json?_=1":    410,
		"/topics/old-news/":                       410,
		"/topics/old-news":                        410,
		"/topics/Old%20News/atom.xml":             410,
		"/categories/old-news/rss.xml":            404,
		"/topics/old-news/other.xml":              404,
		"/topics/artificial-intelligence/rss.xml": 308,
		"/topics/ai/rss.xml":                      200,
	} {
		if w := ask(h, "GET", path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	w := ask(h, "GET", "/topics/old-news/rss.xml", "Accept: application/rss+xml")
	if w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || w.Header().Get("Cache-Control") != "public, max-age=3600" || !strings.Contains(w.Body.String(), "it has ended") || w.Header().Get("ETag") != "" {
		t.Errorf("%v\n%s", w.Header(), w.Body)
	}
	if w := ask(h, "GET", "/topics/old-news/", "Accept: text/html"); w.Header().Get("Content-Type") != htmlType || !strings.Contains(w.Body.String(), "any more") || w.Header().Get("Vary") != "Accept" {
		t.Errorf("%v\n%s", w.Header(), w.Body)
	}
}
