package catalog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"feedmill/feeds/article"
)

// dated is an article as far as a list is concerned.
func dated(n, second int) *article.Article {
	return &article.Article{Path: fmt.Sprintf("%06d.md", n), Published: time.Unix(int64(second), 0).UTC()}
}

// check holds a list against the slice of what it should have.
func check(t *testing.T, l List, want []*article.Article) {
	t.Helper()
	if got := slices.Collect(l.All()); !slices.Equal(got, want) || l.Len() != len(want) {
		t.Fatalf("%d articles, and %d by count, want %d", len(got), l.Len(), len(want))
	}
	depth(t, l.root, 0)
}

// depth checks the form of what is below a node, and returns its height.
func depth(t *testing.T, n *node, above int) (height int) {
	if n == nil {
		return 0
	}
	if len(n.articles) > maxArticles || len(n.nodes) > maxNodes || len(n.articles)+len(n.nodes) == 0 || above > 6 {
		t.Fatalf("a node with %d articles and %d nodes, at depth %d", len(n.articles), len(n.nodes), above)
	}
	for i, c := range n.nodes {
		if h := depth(t, c, above+1); i > 0 && h != height {
			t.Fatalf("leaves at heights %d and %d", h, height)
		} else {
			height = h
		}
	}
	return height + 1
}

// TestList plays random edits on a list and on a plain sorted slice. Old versions
// stay what they were.
func TestList(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 3))
		span := []int{40, 3_000, 1_000_000}[seed%3]
		var l List
		var want []*article.Article
		var lists []List
		var wants [][]*article.Article
		next := 0
		for step := range 60 {
			var edits []edit
			plain := slices.Clone(want)
			remove := func(i int) {
				edits = append(edits, edit{plain[i], true})
				plain = slices.Delete(plain, i, i+1)
			}
			add := func(a *article.Article) {
				edits = append(edits, edit{article: a})
				i, _ := slices.BinarySearchFunc(plain, a, Newer)
				plain = slices.Insert(plain, i, a)
			}
			emptying := step%20 > 14
			for range 1 + r.IntN([]int{3, 300, 600}[r.IntN(3)]) {
				switch i := r.IntN(10); {
				case len(plain) > 0 && (emptying && i > 0 || i == 1):
					remove(r.IntN(len(plain)))
				case len(plain) > 0 && i == 2: // another version of the same
					old := plain[r.IntN(len(plain))]
					a := *old
					if remove(slices.Index(plain, old)); r.IntN(2) == 0 {
						a.Published = time.Unix(int64(r.IntN(span)), 0).UTC()
					}
					add(&a)
				case i == 3: // the newest of all
					add(dated(next, span+next))
					next++
				default:
					add(dated(next, r.IntN(span)))
					next++
				}
			}
			want, l = plain, l.edited(edits)
			check(t, l, want)
			lists, wants = append(lists, l), append(wants, want)
			look(t, r, l, want, span)
		}
		for i := range lists {
			check(t, lists[i], wants[i])
		}
	}
}

// look asks a list for parts of it.
func look(t *testing.T, r *rand.Rand, l List, want []*article.Article, span int) {
	t.Helper()
	for range 5 {
		if len(want) > 0 {
			i := r.IntN(len(want))
			j := i + r.IntN(len(want)-i+1)
			if l.At(i) != want[i] || l.Find(want[i]) != want[i] || !slices.Equal(l.Slice(i, j), want[i:j]) || !slices.Equal(slices.Collect(l.From(i)), want[i:]) {
				t.Fatalf("ranks %d to %d of %d", i, j, len(want))
			}
		}
		at := time.Unix(int64(r.IntN(span)), 0)
		n := 0
		for n < len(want) && !want[n].Published.Before(at) {
			n++
		}
		if got := l.Since(at); got != n {
			t.Fatalf("%d since %s, want %d", got, at, n)
		}
		if l.Find(dated(-1, 7)) != nil {
			t.Fatal("found what is not there")
		}
	}
}

// TestGrowing appends to lists of all lengths.
func TestGrowing(t *testing.T) {
	for _, n := range []int{0, 1, 100, 128, 129, 500, 128 * 64, 128*64 + 1} {
		for _, more := range []int{0, 1, 127, 128, 300} {
			var l List
			var want []*article.Article
			for _, count := range []int{n, more} {
				var g growing
				for range count {
					a := dated(len(want), 1<<20-len(want))
					want = append(want, a)
					g.add(a)
				}
				l = g.after(l)
			}
			check(t, l, want)
		}
	}
}

// TestEditCost: one edit makes as many nodes as the tree is high, whatever there is
// beside them.
func TestEditCost(t *testing.T) {
	made := map[int]float64{}
	for _, n := range []int{2_000, 20_000, 200_000} {
		var g growing
		for i := range n {
			g.add(dated(i, n-i))
		}
		l := g.after(List{})
		old := l.At(n / 2)
		again := *old
		made[n] = testing.AllocsPerRun(100, func() { l.edited([]edit{{old, true}, {article: &again}}) })
		if made[n] > 6 {
			t.Errorf("an edit among %d articles makes %v allocations, want two for each of three nodes at most", n, made[n])
		}
	}
	if made[2_000] != 4 {
		t.Errorf("among 2,000 they are %v, want those of two nodes", made[2_000])
	}
}
