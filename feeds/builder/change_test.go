package builder

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/watcher"
)

// TestChangeCost: a saved article costs the same number of allocations, and of
// bytes, whatever there is beside it. What is made anew is a few nodes of its nine
// feeds and the windows of these.
func TestChangeCost(t *testing.T) {
	allocs, bytes := map[int]float64{}, map[int]float64{}
	for _, n := range []int{2_000, 20_000} {
		b, d, _ := filled(t, n)
		save := saving(t, b, d)
		save()
		listings, losses := b.Snapshot().Listings, removals(b)
		if save(); removals(b) != losses {
			t.Error("an edit has tombstones looked through")
		}
		kept := 0
		for i, l := range b.Snapshot().Listings {
			if l == listings[i] {
				kept++
			}
		}
		if kept != len(listings)-9 {
			t.Errorf("among %d articles, %d of %d listings stay", n, kept, len(listings))
		}
		const runs = 40
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		allocs[n] = testing.AllocsPerRun(runs, save)
		runtime.ReadMemStats(&after)
		bytes[n] = float64(after.TotalAlloc-before.TotalAlloc) / (runs + 1)
	}
	t.Logf("allocations %v, bytes %v", allocs, bytes)
	if allocs[20_000] > 1.3*allocs[2_000] || bytes[20_000] > 1.3*bytes[2_000] {
		t.Errorf("a change among 20,000 articles makes %v allocations of %v bytes, among 2,000 %v of %v", allocs[20_000], bytes[20_000], allocs[2_000], bytes[2_000])
	}
}

// TestTurns: what is planned and put off again and again does not pile up, and the
// next turn is that of the window which has the earliest.
func TestTurns(t *testing.T) {
	now, d := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), newDisk()
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) {
		o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 3, MaxAge: 30 * 24 * time.Hour} }
	})
	for i := range 300 {
		now = now.Add(time.Hour)
		path := fmt.Sprintf("%03d.md", i)
		d.write(path, post("T", now, fmt.Sprintf("topics: [t%d]", i%3)))
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: i == 0, Paths: []string{path}}); err != nil {
			t.Fatal(err)
		}
		var at time.Time
		for _, w := range b.windows {
			if at.IsZero() || w.due.Before(at) {
				at = w.due
			}
		}
		if got := b.next(); !got.Equal(at) {
			t.Fatalf("after %d articles the next turn is at %s, want %s", i+1, got, at)
		}
	}
	if n := b.schedule.Len(); n > 64+2*len(b.windows)+1 {
		t.Errorf("%d turns are planned for %d feeds", n, len(b.windows))
	}
}

// TestMemory bounds what the catalog and the builder hold of an article besides
// the article: places on nine feeds, and what it is found by.
func TestMemory(t *testing.T) {
	const n, most = 20_000, 350
	all := cards(t, n)
	b := testBuilder(newDisk(), nil, nil)
	b.catalog.Advance(b.opt.Now())
	before := inUse()
	b.catalog.Fill(all)
	b.publish(&round{now: b.opt.Now(), first: b.Snapshot() == nil})
	got := (inUse() - before) / n
	runtime.KeepAlive(b)
	if t.Logf("%.0f bytes an article", got); got > most {
		t.Errorf("%.0f bytes an article, want %d at most", got, most)
	}
}

// removals counts what the ledger has ever called removed.
func removals(b *Builder) uint64 {
	_, n, _ := b.opt.Ledger.RemovalsSince(0)
	return n
}
