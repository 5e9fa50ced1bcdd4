package builder

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/watcher"
)

// TestTombstonesFollow: whatever is written, removed, hidden, moved, put off or
// given the id of another one, following it comes to the tombstones that looking
// at everything does.
func TestTombstonesFollow(t *testing.T) {
	for seed := range uint64(4) {
		r, d := rand.New(rand.NewPCG(seed, 7)), newDisk()
		now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
		b := testBuilder(d, func() time.Time { return now }, func(o *Options) { o.Tombstones = 3 * 24 * time.Hour })
		for step := range 250 {
			now = now.Add(time.Duration(r.IntN(120)) * time.Minute)
			c := watcher.Changes{Rescan: step == 0}
			for range 1 + r.IntN(3) {
				c.Paths = append(c.Paths, scribble(r, d, now))
			}
			if c.Rescan {
				c.Paths = nil
			}
			slices.Sort(c.Paths)
			c.Paths = slices.Compact(c.Paths)
			if err := b.Apply(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			b.updateTombstones(now) // which a round without a changed feed leaves to the next
			followed := b.tombstones
			b.tombstones = tombstones{}
			if b.updateTombstones(now); !maps.EqualFunc(followed.newest, b.tombstones.newest, slices.Equal[[]feeds.Tombstone]) {
				t.Fatalf("seed %d, step %d, %v: follows to\n%v\nwant\n%v", seed, step, c.Paths, followed.newest, b.tombstones.newest)
			}
			b.tombstones = followed
		}
	}
}

// scribble changes one of a few files.
func scribble(r *rand.Rand, d *disk, now time.Time) (path string) {
	path = fmt.Sprintf("%d.md", r.IntN(8))
	more := fmt.Sprintf("topics: [t%d, t%d]\n", r.IntN(3), r.IntN(3))
	switch r.IntN(9) {
	case 0, 1, 2:
		d.remove(path)
		return path
	case 3:
		more += "draft: true\n"
	case 4:
		more += fmt.Sprintf("id: urn:x:%d\n", r.IntN(3))
	case 5:
		more += "expiryDate: " + now.Add(time.Duration(r.IntN(20)-5)*time.Hour).Format(time.RFC3339) + "\n"
	case 6:
		more += "publishDate: " + now.Add(time.Duration(r.IntN(20)-5)*time.Hour).Format(time.RFC3339) + "\n"
	}
	d.write(path, fmt.Sprintf("---\ntitle: T\ndate: 2024-01-01\n%s---\nText %d\n", more, r.IntN(4)))
	return path
}

// TestRemoveAmongTombstones: a removal costs as much among many tombstones as
// among few.
func TestRemoveAmongTombstones(t *testing.T) {
	few, many := amongTombstones(t, 2*mostTombstones), amongTombstones(t, 20*mostTombstones)
	few()
	many()
	a, b := testing.AllocsPerRun(20, few), testing.AllocsPerRun(20, many)
	if b > a*5/4 {
		t.Errorf("%v allocations among few tombstones, %v among many", a, b)
	}
}
