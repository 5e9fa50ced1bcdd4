package ledger

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

// TestLostIndex: following the records finds the same as looking at all of them.
func TestLostIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	g := goneRecords{records: map[string]Record{}, changed: func(string) {}}
	g.candidates()
	for range 5000 {
		p := fmt.Sprint(r.IntN(40))
		if r.IntN(3) == 0 {
			g.remove(p)
		} else {
			rec := Record{ID: fmt.Sprint("id", r.IntN(20)), Content: feeds.Digest{byte(r.IntN(10))}}
			if r.IntN(2) == 0 {
				rec.Link = fmt.Sprint("link", r.IntN(10))
			}
			g.set(p, rec)
		}
		want := newCandidates(g.records)
		if !samePaths(g.index.byID, want.byID) || !samePaths(g.index.byLink, want.byLink) || !samePaths(g.index.byContent, want.byContent) {
			t.Fatalf("the index says %v, the records %v", g.index, want)
		}
	}
}

func samePaths[K comparable](a, b map[K][]string) bool {
	return maps.EqualFunc(a, b, func(p, q []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(p)), slices.Sorted(slices.Values(q)))
	})
}

// amongLost is a ledger of one article without link and id, and of n that are gone,
// and what edits the one.
func amongLost(tb testing.TB, n int) (edit func()) {
	l := Memory()
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	seen := make([]Article, 0, n)
	var gone []string
	note := func(seen []Article, gone []string) {
		if _, err := l.Note(now, seen, gone); err != nil {
			tb.Fatal(err)
		}
	}
	for i := range n {
		a := parse(tb, fmt.Sprintf("gone/%d.md", i), fmt.Sprintf("---\ntitle: %d\n---\nText %d\n", i, i))
		seen, gone = append(seen, a), append(gone, a.Path)
	}
	note(seen, nil)
	note(nil, gone)
	var versions []Article
	for i := range 2 {
		versions = append(versions, parse(tb, "here.md", fmt.Sprintf("---\ntitle: here\n---\nVersion %d\n", i)))
	}
	i := 0
	return func() {
		i++
		note(versions[i%2:i%2+1], nil)
	}
}

// TestEditAmongLost: an edit costs as much among many that are gone as among few.
func TestEditAmongLost(t *testing.T) {
	folder := article.NewParser(article.Options{SiteID: "example.org"}) // no link from the path
	defer func(p *article.Parser) { parser = p }(parser)
	parser = folder
	few, many := amongLost(t, 10), amongLost(t, 3000)
	few()
	many()
	a, b := testing.AllocsPerRun(20, few), testing.AllocsPerRun(20, many)
	if b > a {
		t.Errorf("%v allocations among 10 that are gone, %v among 3000", a, b)
	}
}

func BenchmarkEditAmongLost(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			edit := amongLost(b, n)
			edit()
			for b.Loop() {
				edit()
			}
		})
	}
}
