package site

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

const (
	searchPath    = "/search/"
	searchRunes   = 100 // of what is searched for; the rest is ignored
	searchResults = 60  // of each kind
)

// search is the page with the feeds whose names hold all words of what is searched
// for. Without the script it is an ordinary form; with it, the results follow what is
// typed.
func (s *Site) search(a address) Found {
	if !s.opt.Live {
		return nil
	}
	q := shortened(a.values().Get("q"), searchRunes)
	path := searchPath
	if q != "" {
		path += "?q=" + url.QueryEscape(q)
	}
	r := s.page(path, "search.html", func(p *page) {
		p.Title, p.Query, p.Unlisted = "Search", q, true
		if q == "" {
			return
		}
		p.Title = "Search: " + q
		found := s.directory().search(q)
		for _, k := range feeds.Kinds[1:] {
			all := found[k]
			p.Groups = append(p.Groups, group{s, k, all[:min(len(all), searchResults)], len(all)})
		}
		if text := feeds.SlugText(q); text != "" && p.HasMixes() {
			p.Titled = s.link((&mix.Mix{Title: []string{feeds.Slug(q)}}).Key().Path())
		}
	})
	r.Query = true
	return r
}

// shortened is the beginning of a text as somebody entered it.
func shortened(s string, runes int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > runes {
		return string(r[:runes])
	}
	return s
}

// search finds feeds by name: first those whose names begin with it, then the
// larger ones.
func (d *directory) search(q string) map[feeds.Kind][]*document.Listing {
	q = feeds.Fold(q)
	words := strings.Fields(q)
	found := make(map[feeds.Kind][]*document.Listing)
	begins := make(map[*document.Listing]int)
	for _, e := range d.entries {
		if e.Key.Kind == feeds.All || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(e.name, w) }) {
			continue
		}
		found[e.Key.Kind] = append(found[e.Key.Kind], e.Listing)
		if strings.HasPrefix(e.name, q) {
			begins[e.Listing] = 1
		}
	}
	for _, all := range found {
		slices.SortStableFunc(all, func(a, b *document.Listing) int {
			return cmp.Or(cmp.Compare(begins[b], begins[a]), cmp.Compare(b.Count, a.Count))
		})
	}
	return found
}

// Found counts the feeds that a search has found.
func (p *page) Found() (n int) {
	for _, g := range p.Groups {
		n += g.Total
	}
	return n
}
