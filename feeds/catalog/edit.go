package catalog

import (
	"maps"
	"slices"

	"feedmill/feeds/article"
)

// edit is one change of a list.
type edit struct {
	article *article.Article
	removed bool // else added
}

// edited is the list after edits, each of which must make sense after those
// before it.
func (l List) edited(edits []edit) List {
	const few = 32
	if len(edits) > few && len(edits)*8 > l.Len() {
		return l.merged(edits)
	}
	for len(edits) > 0 {
		e, rest := edits[0], edits[1:]
		switch {
		case e.removed && len(rest) > 0 && !rest[0].removed && Newer(e.article, rest[0].article) == 0:
			l = List{l.root.instead(rest[0].article)}
			rest = rest[1:]
		case e.removed:
			l = l.without(e.article)
		default:
			l = l.with(e.article)
		}
		edits = rest
	}
	return l
}

func (l List) with(a *article.Article) List {
	if l.root == nil {
		return List{leaf([]*article.Article{a})}
	}
	n, more := l.root.with(a)
	if more != nil {
		n = inner([]*node{n, more})
	}
	return List{n}
}

func (l List) without(a *article.Article) List {
	n := l.root.without(a)
	for n != nil && len(n.nodes) == 1 {
		n = n.nodes[0]
	}
	return List{n}
}

// merged makes all nodes anew, in one pass.
func (l List) merged(edits []edit) List {
	added, removed := map[*article.Article]bool{}, map[*article.Article]bool{}
	for _, e := range edits {
		switch {
		case !e.removed:
			added[e.article] = true
		case added[e.article]:
			delete(added, e.article)
		default:
			removed[e.article] = true
		}
	}
	rest := slices.SortedFunc(maps.Keys(added), Newer)
	var g growing
	for a := range l.All() {
		if removed[a] {
			continue
		}
		for len(rest) > 0 && Newer(rest[0], a) < 0 {
			g.add(rest[0])
			rest = rest[1:]
		}
		g.add(a)
	}
	for _, a := range rest {
		g.add(a)
	}
	return g.after(List{})
}

// growing collects articles that follow the last one of a list, in order.
type growing struct {
	leaves []*node // full ones
	tail   []*article.Article
}

func (g *growing) add(a *article.Article) {
	if g.tail = append(g.tail, a); len(g.tail) == maxArticles {
		g.leaves = append(g.leaves, leaf(g.tail))
		g.tail = nil
	}
}

// after is the list with all that was added.
func (g *growing) after(l List) List {
	if len(g.leaves) == 0 && l.root != nil {
		for _, a := range g.tail {
			l = l.with(a)
		}
		return l
	}
	var level []*node
	if l.root != nil {
		level = l.root.leaves(nil)
	}
	level = append(level, g.leaves...)
	if len(g.tail) > 0 {
		level = append(level, leaf(slices.Clone(g.tail)))
	}
	if len(level) == 0 {
		return List{}
	}
	for len(level) > 1 {
		var above []*node
		for nodes := range slices.Chunk(level, maxNodes) {
			above = append(above, inner(slices.Clone(nodes)))
		}
		level = above
	}
	return List{level[0]}
}
