package server

import (
	"slices"
	"strconv"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// rowsOnSheet is how many feeds a page of a directory has, or a few more: what
// belongs together stays together.
const rowsOnSheet = 300

// branch is a feed with those within it.
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

// branches arranges the feeds of a kind below their parents, by name. Where
// parents go round in a circle, its first member stands at the head.
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
	known := make(map[string]bool)
	for _, l := range d.byKind[k] {
		known[l.Key.Slug] = true
	}
	rank := make(map[*document.Listing]int)
	for i, l := range d.byKind[k] {
		rank[l] = i
		if k != feeds.Topic || !known[l.Parent] {
			all = append(all, grow(l))
		}
	}
	for _, l := range d.byKind[k] {
		if !seen[l.Key.Slug] {
			all = append(all, grow(l))
		}
	}
	slices.SortFunc(all, func(a, b branch) int { return rank[a.Listing] - rank[b.Listing] })
	return all
}

// sheets parts branches into pages.
func sheets(all []branch) (out [][]branch) {
	rows := rowsOnSheet
	for _, b := range all {
		if rows >= rowsOnSheet {
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

// sheetPath is the escaped path of the n-th page of all feeds of a kind.
func sheetPath(k feeds.Kind, n int) string {
	if n == 1 {
		return "/" + k.Plural() + "/"
	}
	return "/" + k.Plural() + "/page/" + strconv.Itoa(n) + "/"
}

// kindPage lists every feed of one kind, page by page.
func (v *view) kindPage(k feeds.Kind, n int) Resource {
	return v.page(sheetPath(k, n), "kind.html", func(p *page) {
		all := v.directory().sheets[k]()
		p.Kind = v.group(k, 0)
		p.Title = p.Kind.Title()
		for i, sheet := range all {
			p.Pages = append(p.Pages, label{sheet[0].Name + " …", v.link(sheetPath(k, i+1))})
		}
		if n <= len(all) {
			p.Branches, p.Number = all[n-1], n
		}
		if n > 1 {
			p.Title += ", page " + strconv.Itoa(n)
			p.Newer = sheetPath(k, n-1)
		}
		if n < len(all) {
			p.Older = sheetPath(k, n+1)
		}
	})
}

// furtherSheets lists the pages of all feeds of each kind but their first.
func (v *view) furtherSheets() (all []Resource) {
	for _, k := range feeds.Kinds[1:] {
		for n := range v.directory().sheets[k]() {
			if n > 0 {
				all = append(all, v.kindPage(k, n+1))
			}
		}
	}
	return all
}

// sheet is the resource at the path of such a further page, nil for other paths.
func (v *view) sheet(path string) *Resource {
	kind, number, ok := strings.Cut(strings.Trim(path, "/"), "/page/")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 2 {
		return nil
	}
	for _, k := range feeds.Kinds[1:] {
		if k.Plural() == kind && n <= len(v.directory().sheets[k]()) && path == sheetPath(k, n) {
			r := v.kindPage(k, n)
			return &r
		}
	}
	return nil
}
