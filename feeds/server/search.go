package server

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

const (
	searchPath    = "/search/"
	searchRunes   = 100 // of what is searched for; the rest is ignored
	searchResults = 60  // of each kind
)

// query is what follows the path of a request's target; bad escapes are left out.
func query(r request) url.Values {
	_, raw, _ := strings.Cut(r.Target(), "?")
	values, _ := url.ParseQuery(raw)
	return values
}

// searchFor answers for the feeds whose names hold all words of what is searched
// for. It works as the page shows it without a script; with one, it follows the
// typing.
func (v *view) searchFor(r request, now time.Time) answer {
	q := shortened(query(r).Get("q"), searchRunes)
	path := searchPath
	if q != "" {
		path += "?q=" + url.QueryEscape(q)
	}
	return v.dynamic(v.page(path, "search.html", func(p *page) {
		p.Title, p.Query, p.Unlisted = "Search", q, true
		if q == "" {
			return
		}
		p.Title = "Search: " + q
		found := v.directory().search(q)
		for _, k := range feeds.Kinds[1:] {
			all := found[k]
			p.Groups = append(p.Groups, group{v, k, all[:min(len(all), searchResults)], len(all)})
		}
		if text := feeds.SlugText(q); text != "" && p.HasMixes() {
			p.Titled = v.link((&mix.Mix{Title: []string{feeds.Slug(q)}}).Key().Path())
		}
	}), r, now)
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
