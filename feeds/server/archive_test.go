package server

import (
	"iter"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// months is an archive of whole months.
type months map[string]*document.Period

func (m months) Find(period, first string) (*document.Period, string) {
	if a := m[period]; a != nil {
		return a, ""
	}
	return nil, first
}

func (m months) From(period string) iter.Seq[*document.Period] {
	return func(yield func(*document.Period) bool) { yield(m[period]) }
}

// TestArchiveRedirects are for good only where another name of the feed is left
// behind: a period that is split today, or empty, may have a document tomorrow.
func TestArchiveRedirects(t *testing.T) {
	site := testSite()
	snap := testSnapshot(site)
	of := func(prev, period string) *document.Revision {
		return document.NewRevision(func() *feeds.Feed {
			return &feeds.Feed{Site: site, Title: "AI", Updated: newest, TTL: time.Hour, History: feeds.History{Prev: prev, Period: period}}
		}, encoders())
	}
	ai := snap.Listing(feeds.Key{Kind: feeds.Topic, Slug: "ai"})
	ai.Revision, ai.Archive = of("2021-05", ""), months{"2021-05": {Name: "2021-05", Revision: of("", "2021-05")}}
	h := NewHandler(holding(snap), testOptions(t))
	for path, want := range map[string]struct {
		status int
		to     string
	}{
		"/topics/ai/archive/2021-05/rss.xml":                       {200, ""},
		"/topics/ai/archive/2021-05-a/rss.xml":                     {307, "/topics/ai/archive/2021-05/rss.xml"},
		"/topics/ai/archive/2021-06/feed.json":                     {307, "/topics/ai/archive/2021-05/feed.json"},
		"/topics/artificial-intelligence/archive/2021-06/atom.xml": {307, "/topics/ai/archive/2021-05/atom.xml"},
		"/topics/artificial-intelligence/archive/2021-05/atom.xml": {308, "/topics/ai/archive/2021-05/atom.xml"},
	} {
		if w := ask(h, "GET", path); w.Code != want.status || w.Header().Get("Location") != want.to {
			t.Errorf("%s: %d to %q, want %d to %q", path, w.Code, w.Header().Get("Location"), want.status, want.to)
		}
	}
}
