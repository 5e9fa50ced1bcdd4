package catalog

import (
	"slices"

	"feedmill/feeds/article"
)

// node is a leaf with articles, or an inner node with nodes; it has at least one
// of them. Nothing in it changes once a List has it.
type node struct {
	count    int              // articles below
	first    *article.Article // the newest of them
	articles []*article.Article
	nodes    []*node
}

// Bounds of nodes: what a change of one article copies.
const (
	maxArticles = 128
	maxNodes    = 64
)

func leaf(articles []*article.Article) *node {
	return &node{count: len(articles), first: articles[0], articles: articles}
}

func inner(nodes []*node) *node {
	n := &node{first: nodes[0].first, nodes: nodes}
	for _, c := range nodes {
		n.count += c.count
	}
	return n
}

// child is the index of the node below that has, or would have, an article.
func (n *node) child(a *article.Article) int {
	i, found := slices.BinarySearchFunc(n.nodes, a, func(n *node, a *article.Article) int { return Newer(n.first, a) })
	if found {
		return i
	}
	return max(i-1, 0)
}

// with is n and an article that is not in it; where it grew too large, in two.
func (n *node) with(a *article.Article) (_, more *node) {
	if n.nodes == nil {
		i, _ := slices.BinarySearchFunc(n.articles, a, Newer)
		all := spliced(n.articles, i, i, a)
		if len(all) <= maxArticles {
			return leaf(all), nil
		}
		at := middle(i, len(all))
		return leaf(slices.Clone(all[:at])), leaf(slices.Clone(all[at:]))
	}
	i := n.child(a)
	c, more := n.nodes[i].with(a)
	if more == nil {
		return inner(spliced(n.nodes, i, i+1, c)), nil
	}
	all := spliced(n.nodes, i, i+1, c, more)
	if len(all) <= maxNodes {
		return inner(all), nil
	}
	at := middle(i, len(all))
	return inner(slices.Clone(all[:at])), inner(slices.Clone(all[at:]))
}

// middle is where to part a node that has become too large by something new at i.
// What grows at its end, as lists do at the newest articles, leaves full nodes.
func middle(i, n int) int {
	switch i {
	case 0:
		return 1
	case n - 1:
		return n - 1
	}
	return n / 2
}

// without is n but for an article that is in it; nil where nothing is left.
func (n *node) without(a *article.Article) *node {
	if n.nodes == nil {
		i, _ := slices.BinarySearchFunc(n.articles, a, Newer)
		if len(n.articles) == 1 {
			return nil
		}
		return leaf(spliced(n.articles, i, i+1))
	}
	i := n.child(a)
	c := n.nodes[i].without(a)
	switch {
	case c != nil:
		return inner(joined(spliced(n.nodes, i, i+1, c), i))
	case len(n.nodes) == 1:
		return nil
	}
	return inner(spliced(n.nodes, i, i+1))
}

// joined makes one of the node at i and a neighbour where both are small. nodes
// is the caller's own.
func joined(nodes []*node, i int) []*node {
	for _, i := range [...]int{i - 1, i} {
		if i < 0 || i+1 >= len(nodes) {
			continue
		}
		a, b := nodes[i], nodes[i+1]
		switch {
		case a.nodes == nil && a.count+b.count <= maxArticles/2:
			nodes[i] = leaf(slices.Concat(a.articles, b.articles))
		case a.nodes != nil && len(a.nodes)+len(b.nodes) <= maxNodes/2:
			nodes[i] = inner(slices.Concat(a.nodes, b.nodes))
		default:
			continue
		}
		return slices.Delete(nodes, i+1, i+2)
	}
	return nodes
}

// instead is n with an article in the place of the one of the same order.
func (n *node) instead(a *article.Article) *node {
	if n.nodes == nil {
		i, _ := slices.BinarySearchFunc(n.articles, a, Newer)
		return leaf(spliced(n.articles, i, i+1, a))
	}
	i := n.child(a)
	return inner(spliced(n.nodes, i, i+1, n.nodes[i].instead(a)))
}

// leaves appends the leaves below n, in order, to all.
func (n *node) leaves(all []*node) []*node {
	if n.nodes == nil {
		return append(all, n)
	}
	for _, c := range n.nodes {
		all = c.leaves(all)
	}
	return all
}

// spliced is a new slice, of all with the elements from i to j exchanged.
func spliced[E any](all []E, i, j int, with ...E) []E {
	s := make([]E, 0, len(all)-(j-i)+len(with))
	return append(append(append(s, all[:i]...), with...), all[j:]...)
}
