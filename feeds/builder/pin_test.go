package builder

import (
	"path/filepath"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// With a ledger that lasts, addresses hold over restarts, and feeds that ended
// are known to have been.
func TestAddressesOutliveARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.db")
	d := newDisk()
	run := func(change func(), want map[string]string) {
		t.Helper()
		l, err := ledger.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		change()
		b := testBuilder(d, func() time.Time { return time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC) }, func(o *Options) { o.Ledger = l })
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
			t.Fatal(err)
		}
		for slug, name := range want {
			k := feeds.Key{Kind: feeds.Topic, Slug: slug}
			got := "unknown"
			if l := b.Snapshot().Listing(k); l != nil {
				got = l.Name
			} else if b.Snapshot().Retired[k] != "" {
				got = "retired"
			}
			if got != name {
				t.Errorf("%s is %s, want %s", slug, got, name)
			}
		}
	}
	run(func() { d.write("a.md", "---\ntitle: A\ndate: 2024-05-01\ntopics: ['C#']\n---\n") }, map[string]string{"c-sharp": "C#"})
	run(func() { d.write("b.md", "---\ntitle: B\ndate: 2024-05-01\ntopics: ['C Sharp']\n---\n") }, map[string]string{"c-sharp": "C#", "c-sharp-33469a": "unknown"})
	run(func() { d.remove("a.md") }, map[string]string{"c-sharp": "retired"})
	run(func() { d.write("c.md", "---\ntitle: C\ndate: 2030-05-01\ntopics: ['C#', New]\n---\n") }, map[string]string{"c-sharp": "retired", "new": "unknown"})
}
