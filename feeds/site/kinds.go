package site

import (
	"slices"
	"strconv"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// feedsOnPage is how many feeds a page lists at least, if there are more pages. It
// ends with the last one below the same parent.
const feedsOnPage = 300

// branch is a feed with those whose parent it is.
type branch struct {
	*document.Listing
	Within []branch
}

func (b branch) size() int {
	n := 1
	for _, w := range b.Within {
		n += w.size()
	}
	return n
}

// branches arranges the feeds of a kind below their parents, by name. Where feeds
// are parents of each other, the first by name stands above the others.
func (d *directory) branches(k feeds.Kind) (all []branch) {
	seen := make(map[string]bool)
	var grow func(l *document.Listing) branch
	grow = func(l *document.Listing) branch {
		seen[l.Key.Slug] = true
		b := branch{Listing: l}
		if k != feeds.Topic {
			return b
		}
		for _, c := range d.children[l.Key.Slug] {
			if !seen[c.Key.Slug] {
				b.Within = append(b.Within, grow(c))
			}
		}
		return b
	}
	rank := make(map[string]int)
	for i, l := range d.byKind[k] {
		rank[l.Key.Slug] = i
	}
	for _, l := range d.byKind[k] {
		if _, within := rank[l.Parent]; k != feeds.Topic || !within {
			all = append(all, grow(l))
		}
	}
	for _, l := range d.byKind[k] {
		if !seen[l.Key.Slug] {
			all = append(all, grow(l))
		}
	}
	slices.SortFunc(all, func(a, b branch) int { return rank[a.Key.Slug] - rank[b.Key.Slug] })
	return all
}

// paginate parts branches into pages.
func paginate(all []branch) (out [][]branch) {
	rows := feedsOnPage
	for _, b := range all {
		if rows >= feedsOnPage {
			out, rows = append(out, nil), 0
		}
		last := len(out) - 1
		out[last] = append(out[last], b)
		rows += b.size()
	}
	return out
}

// row is a branch as its page shows it.
type row struct {
	branch
	of group
}

// Branch is one of the group's feeds, with those within it.
func (g group) Branch(b branch) row { return row{b, g} }

// Link is where the page of the feed is.
func (r row) Link() string { return r.of.Link(r.Listing) }

// Narrower lists the feeds within.
func (r row) Narrower() (all []row) {
	for _, b := range r.Within {
		all = append(all, row{b, r.of})
	}
	return all
}

// IsPage reports whether the i-th of Pages, from 0, is the page itself.
func (p *page) IsPage(i int) bool { return p.Number == i+1 }

// kindPath is the escaped path of the n-th page of all feeds of a kind.
func kindPath(k feeds.Kind, n int) string {
	if n == 1 {
		return "/" + k.Plural() + "/"
	}
	return "/" + k.Plural() + "/page/" + strconv.Itoa(n) + "/"
}

// kind is a page of all feeds of one kind.
func (s *Site) kind(a address) Found {
	n := 1
	if len(a.rest) > 0 {
		n, _ = strconv.Atoi(a.rest[0])
		if n < 2 || n > len(s.directory().pages[a.key.Kind]()) || strconv.Itoa(n) != a.rest[0] {
			return nil
		}
	}
	return s.kindPage(a.key.Kind, n)
}

// kindPage is the n-th of the pages that list every feed of one kind.
func (s *Site) kindPage(k feeds.Kind, n int) *Resource {
	return s.page(kindPath(k, n), "kind.html", func(p *page) {
		all := s.directory().pages[k]()
		p.Kind = s.group(k, 0)
		p.Title = p.Kind.Title()
		for i, listed := range all {
			p.Pages = append(p.Pages, label{listed[0].Name + " …", s.link(kindPath(k, i+1))})
		}
		if n <= len(all) {
			p.Branches, p.Number = all[n-1], n
		}
		if n > 1 {
			p.Title += ", page " + strconv.Itoa(n)
			p.Newer = kindPath(k, n-1)
		}
		if n < len(all) {
			p.Older = kindPath(k, n+1)
		}
	})
}
