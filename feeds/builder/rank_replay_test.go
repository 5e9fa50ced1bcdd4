package builder

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
	"feedmill/feeds/mix"
	"feedmill/watcher"
)

// TestReplayRankings plays nine months of real heat: rankings move far less
// often than the numbers that they are made of, and so do their documents.
func TestReplayRankings(t *testing.T) {
	d := newDisk()
	var now time.Time
	b := testBuilder(d, func() time.Time { return now }, nil)
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	blends, plain := map[feeds.Key]*composed{}, map[feeds.Key]string{}
	all := map[feeds.Key]catalog.List{}
	held, exact, visible, writes := 0, 0, 0, 0
	for _, c := range corpusHistory(t) {
		now = time.Unix(c.Time, 0)
		before := b.Snapshot()
		if c.Op == "remove" {
			d.remove(c.Path)
		} else {
			d.write(c.Path, c.Content)
		}
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{c.Path}}); err != nil {
			t.Fatal(err)
		}
		writes++
		seen := before != b.Snapshot()
		if seen {
			visible++
		}
		lib := b.composer.Load()
		for _, part := range lib.windows {
			k := part.meta.key
			if all[k] == part.list {
				continue // untouched
			}
			all[k] = part.list
			m := &mix.Mix{Top: true}
			if k.Kind != feeds.All {
				m.Of = [][]feeds.Key{{k}}
			}
			old, order := blends[k], byExactHeat(part.list)
			blends[k] = lib.compose(m, old)
			if old != nil && !seen {
				if old.listing.Revision != blends[k].listing.Revision {
					held++
				}
				if plain[k] != order {
					exact++
				}
			}
			plain[k] = order
		}
	}
	t.Logf("%d changes, %d of them visible; of bookkeeping alone, rankings change %d times, %d without a margin", writes, visible, held, exact)
	if exact == 0 || held > exact/2 {
		t.Errorf("rankings change %d times, %d without a margin", held, exact)
	}
}

// byExactHeat names the articles that a ranking without any margin would hold.
func byExactHeat(all catalog.List) string {
	var recent []*article.Article
	for a := range all.All() {
		if all.At(0).Published.Sub(a.Published) <= rankSpan {
			recent = append(recent, a)
		}
	}
	slices.SortFunc(recent, func(a, b *article.Article) int {
		return cmp.Or(cmp.Compare(b.Heat, a.Heat), cmp.Compare(b.Quality, a.Quality), catalog.Newer(a, b))
	})
	var paths []string
	for _, a := range recent[:min(len(recent), 50)] {
		paths = append(paths, a.Path)
	}
	return strings.Join(paths, " ")
}
