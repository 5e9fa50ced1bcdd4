package catalog

import (
	"iter"
	"slices"
	"time"

	"feedmill/feeds/article"
)

// List is articles in the order of [Newer]. It never changes, and a list that
// differs from it by one article shares all but a few nodes with it: making that
// takes time and memory in proportion to the logarithm of its length, and whoever
// holds the old one holds little more than the new. The zero List is empty. It is
// safe for concurrent use.
type List struct{ root *node }

// Len is the number of articles.
func (l List) Len() int {
	if l.root == nil {
		return 0
	}
	return l.root.count
}

// At is the article of a rank, which the newest has 0.
func (l List) At(rank int) *article.Article {
	leaf := l.leaf(rank)
	return leaf[0]
}

// leaf is the articles from a rank on, as far as the leaf goes that holds it.
func (l List) leaf(rank int) []*article.Article {
	n := l.root
	for n.nodes != nil {
		i := 0
		for ; rank >= n.nodes[i].count; i++ {
			rank -= n.nodes[i].count
		}
		n = n.nodes[i]
	}
	return n.articles[rank:]
}

// All yields every article.
func (l List) All() iter.Seq[*article.Article] { return l.From(0) }

// From yields the articles from a rank on.
func (l List) From(rank int) iter.Seq[*article.Article] {
	return func(yield func(*article.Article) bool) {
		for c := (Cursor{list: l, next: rank}); c.Head() != nil; c.Advance() {
			if !yield(c.Head()) {
				return
			}
		}
	}
}

// Since counts the articles published at t or later.
func (l List) Since(t time.Time) (rank int) {
	n := l.root
	if n == nil {
		return 0
	}
	for n.nodes != nil {
		i, _ := slices.BinarySearchFunc(n.nodes, t, func(n *node, t time.Time) int { return since(n.first, t) })
		for _, newer := range n.nodes[:max(i-1, 0)] {
			rank += newer.count
		}
		n = n.nodes[max(i-1, 0)]
	}
	i, _ := slices.BinarySearchFunc(n.articles, t, since)
	return rank + i
}

func since(a *article.Article, t time.Time) int {
	if a.Published.Before(t) {
		return 1
	}
	return -1
}

// Slice is the articles of the ranks from i up to j. The caller must not change
// it; it may be a part of the list.
func (l List) Slice(i, j int) []*article.Article {
	if i == j {
		return nil
	}
	if leaf := l.leaf(i); len(leaf) >= j-i {
		return leaf[: j-i : j-i]
	}
	all := make([]*article.Article, 0, j-i)
	for a := range l.From(i) {
		if all = append(all, a); len(all) == j-i {
			break
		}
	}
	return all
}

// Find returns the article with the date and path of a, or nil.
func (l List) Find(a *article.Article) *article.Article {
	n := l.root
	if n == nil {
		return nil
	}
	for n.nodes != nil {
		n = n.nodes[n.child(a)]
	}
	if i, ok := slices.BinarySearchFunc(n.articles, a, Newer); ok {
		return n.articles[i]
	}
	return nil
}

// Cursor goes through a list. The zero Cursor is at the end of an empty one.
type Cursor struct {
	list List
	next int                // rank of what follows rest
	rest []*article.Article // of the leaf; empty when another is to be looked up
}

// Cursor begins at the newest article.
func (l List) Cursor() Cursor { return Cursor{list: l} }

// Head is the article that the cursor is at; nil at the end.
func (c *Cursor) Head() *article.Article {
	if len(c.rest) == 0 {
		if c.next >= c.list.Len() {
			return nil
		}
		c.rest = c.list.leaf(c.next)
		c.next += len(c.rest)
	}
	return c.rest[0]
}

// Advance goes on to the next older article. It must not be called at the end.
func (c *Cursor) Advance() { c.rest = c.rest[1:] }
