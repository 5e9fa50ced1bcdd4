package builder

import (
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/front"
	"feedmill/feeds/mix"
	"feedmill/feeds/server"
	"feedmill/watcher"
)

// A listing says when its feed changes although no file does: an article
// appears, expires or grows too old. Planning one changes no feed, and makes
// none.
func TestNext(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 5, n, 0, 0, 0, 0, time.UTC) }
	now := day(10)
	d := newDisk()
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) {
		o.Limits = func(kind feeds.Kind, _ string) feeds.Limits {
			if kind == feeds.Topic {
				return feeds.Limits{Items: 2, MaxAge: 10 * 24 * time.Hour}
			}
			return feeds.Limits{Items: 2}
		}
	})
	ai, all := feeds.Key{Kind: feeds.Topic, Slug: "ai"}, feeds.Key{}
	step := func(what, path, front string, want map[feeds.Key]time.Time) {
		t.Helper()
		if front == "" {
			d.remove(path)
		} else {
			d.write(path, "---\ntitle: x\n"+front+"\n---\n")
		}
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: b.Snapshot() == nil, Paths: []string{path}}); err != nil {
			t.Fatal(err)
		}
		for key, at := range want {
			if l := b.Snapshot().Listing(key); !l.Next.Equal(at) {
				t.Errorf("%s: %s changes at %v, want %v", what, key.Path(), l.Next, at)
			}
		}
	}
	step("one article", "a.md", "date: 2024-05-08\ntopics: [ai]", map[feeds.Key]time.Time{all: {}, ai: day(18)})
	before := b.Snapshot().Listing(ai).Revision
	step("one to come", "b.md", "date: 2024-05-12\ntopics: [ai, new]", map[feeds.Key]time.Time{all: day(12), ai: day(12)})
	step("an earlier one", "c.md", "date: 2024-05-11\ntopics: [ai]", map[feeds.Key]time.Time{all: day(11), ai: day(11)})
	step("put off", "c.md", "date: 2024-05-15\ntopics: [ai]", map[feeds.Key]time.Time{all: day(12), ai: day(12)})
	step("of another topic", "b.md", "date: 2024-05-12\ntopics: [new]", map[feeds.Key]time.Time{all: day(12), ai: day(15)})
	step("a draft", "d.md", "date: 2024-05-11\ndraft: true\ntopics: [ai]", map[feeds.Key]time.Time{all: day(12), ai: day(15)})
	step("taken back", "c.md", "", map[feeds.Key]time.Time{all: day(12), ai: day(18)})
	if b.Snapshot().Listing(ai).Revision != before {
		t.Error("planning articles made another revision")
	}
	if b.Snapshot().Listing(feeds.Key{Kind: feeds.Topic, Slug: "new"}) != nil {
		t.Error("there is a feed of a scheduled article's topic")
	}
	step("expiring", "a.md", "date: 2024-05-08\nexpiryDate: 2024-05-11\ntopics: [ai]", map[feeds.Key]time.Time{all: day(11), ai: day(11)})
	now = day(12)
	step("when it is time", "c.md", "", map[feeds.Key]time.Time{all: {}, {Kind: feeds.Topic, Slug: "new"}: day(22)})
	for _, s := range b.catalog.Feeds() {
		if at := b.catalog.Due(s); !at.IsZero() {
			t.Errorf("%s still waits for %v", s.Key().Path(), at)
		}
	}
}

// Copies of composed feeds and of archive documents last no longer than those of
// other feeds: until an article appears in them or expires.
func TestNextElsewhere(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 5, n, 0, 0, 0, 0, time.UTC) }
	now := day(10)
	d := newDisk()
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) {
		o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 1} }
	})
	for path, front := range map[string]string{
		"a.md": "date: 2024-05-08\ntopics: [ai, law]", "b.md": "date: 2024-04-08\ntopics: [ai]\nexpiryDate: 2024-05-20", "c.md": "date: 2024-03-08\ntopics: [law, art]",
		"soon.md": "date: 2024-05-12\ntopics: [ai, art]", "later.md": "date: 2024-05-15\ntopics: [ai, law]",
	} {
		d.write(path, "---\ntitle: x\n"+front+"\n---\n")
	}
	scan(t, b)
	compose := func(expression string) time.Time {
		t.Helper()
		m, err := mix.Parse(strings.Split(expression, "/"), keyOf(b.Snapshot().Listing))
		if err != nil {
			t.Fatal(err)
		}
		return b.composer.Load().compose(m, nil).listing.Next
	}
	for expression, want := range map[string]time.Time{
		"ai/law": day(15), "ai,art/count:1": day(12), "art/law": day(15), "not:law/count:2": day(12), "art/not:ai": day(12),
	} {
		if at := compose(expression); !at.Equal(want) {
			t.Errorf("%s changes at %s, want %s", expression, at, want)
		}
	}
	archives := map[string]time.Time{}
	for a := range b.Snapshot().Listing(feeds.Key{}).Archive.From("") {
		archives[a.Name] = a.Next
	}
	if want := map[string]time.Time{"2024-05": {}, "2024-04": day(20), "2024-03": {}}; !maps.Equal(archives, want) {
		t.Errorf("archives change at %v, want %v", archives, want)
	}
	now = day(20).Add(-time.Minute)
	scan(t, b)
	h := front.HTTPHandler(server.NewHandler(b, server.Options{}), func() time.Time { return now })
	for _, path := range []string{"/mix/ai/not:law/count:5/rss.xml", "/archive/2024-04/atom.xml"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if got := w.Header().Get("Cache-Control"); w.Code != 200 || !strings.HasPrefix(got, "public, max-age=60, stale-if") {
			t.Errorf("%s a minute before an article expires: %d, Cache-Control %q", path, w.Code, got)
		}
	}
}
