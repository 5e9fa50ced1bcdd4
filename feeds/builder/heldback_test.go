package builder

import (
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// TestHeldBack puts scheduled articles off, hides and removes them within a
// change that is held: they must not come out at the time they had before.
func TestHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
		d := newDisk()
		for _, p := range []string{"0.md", "1.md", "2.md"} {
			d.write(p, "---\ntitle: "+p[:1]+"\ndate: 1999-01-0"+string(p[0]+1)+"\n---\n")
		}
		for _, p := range []string{"draft", "later", "gone", "stays"} {
			d.write(p+".md", "---\ntitle: "+p+"\ndate: "+at(time.Hour)+"\n---\n")
		}
		now := func() time.Time { return time.Now() }
		b := testBuilder(d, now, func(o *Options) { o.Guard, o.Ledger = feeds.Guard{Items: 1, Percent: 30}, ledger.Memory() })
		scan(t, b)
		remove(d, 0, 3)
		d.remove("gone.md")
		d.write("draft.md", "---\ntitle: draft\ndraft: true\ndate: "+at(time.Hour)+"\n---\n")
		d.write("later.md", "---\ntitle: later\ndate: "+at(2*time.Hour)+"\n---\n")
		scan(t, b)
		expectHeld(t, b, "of the 3 known articles of all feeds, 3 would vanish")
		for _, want := range []string{"stays 2 1 0", "later stays 2 1 0"} {
			time.Sleep(time.Hour)
			if err := b.Apply(t.Context(), watcher.Changes{}); err != nil {
				t.Fatal(err)
			}
			if got := titles(b); got != want {
				t.Errorf("the feed holds %q, want %q", got, want)
			}
		}
	})
}
