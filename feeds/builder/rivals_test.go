package builder

import (
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// TestCopiedID copies a published article together with the id it states, as
// people do who begin a new one from an old one: what readers know keeps its id,
// whatever the copy is called and whether it is for later.
func TestCopiedID(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, date := range []string{"2024-05-02", "2024-06-09", "2024-04-01"} {
		d, l := newDisk(), ledger.Memory()
		clock := func() time.Time { return now }
		with := func(o *Options) { o.Ledger = l }
		b := testBuilder(d, clock, with)
		ids := func(b *Builder) map[string]string {
			all := map[string]string{}
			for _, it := range b.Snapshot().Listing(feeds.Key{}).Feed().Items {
				all[it.Title] = it.ID
			}
			return all
		}
		d.write("m.md", "---\ntitle: First\nid: urn:x:1\ndate: 2024-05-01\n---\n")
		scan(t, b)
		now = now.Add(time.Hour)
		d.write("a.md", "---\ntitle: Copy\nid: urn:x:1\ndate: "+date+"\n---\n")
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"a.md"}}); err != nil {
			t.Fatal(err)
		}
		fresh := testBuilder(d, clock, with)
		agree(t, b, fresh)
		for _, b := range []*Builder{b, fresh} {
			if got := ids(b); got["First"] != "urn:x:1" || got["Copy"] == "urn:x:1" {
				t.Errorf("a copy of %s: %v", date, got)
			}
		}
	}
}
