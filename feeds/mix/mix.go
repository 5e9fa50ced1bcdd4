// Package mix is what a composed feed selects: the [Mix], its address, and the
// parser of that address. It looks at no article itself.
package mix

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"feedmill/feeds"
)

// Mix says which articles a composed feed holds: those for which all of it is
// true. The zero Mix holds everything. See [Parse] for its address.
type Mix struct {
	Of            [][]feeds.Key // of each group at least one; the keys of a group are of one kind
	Without       []feeds.Key   // none of these
	Title         []string      // each within the title, both as [SlugText]
	Quality, Heat *float64      // at least; nil for any; of Parse, with one digit other than zero
	Count         int           // items at most; zero for as many as other feeds have
	Top           bool          // the best of the last weeks, best first, instead of the newest
}

// Plain is the key of the feed that holds the same articles anyway, if there is
// one.
func (m *Mix) Plain() (k feeds.Key, ok bool) {
	if len(m.Of) > 1 || len(m.Without)+len(m.Title)+m.Count > 0 || m.Quality != nil || m.Heat != nil || m.Top {
		return k, false
	}
	if len(m.Of) == 0 {
		return k, true
	}
	return m.Of[0][0], len(m.Of[0]) == 1
}

// Key is the key of the composed feed. Its Slug is the escaped path of the feed
// without the slashes around it: "mix/election/joe-biden/type:video". A mix from
// Parse has the same key however it was spelled.
func (m *Mix) Key() feeds.Key {
	if m.Top {
		return feeds.Key{Kind: feeds.Composed, Slug: strings.TrimPrefix(m.top().Path()+"top", "/")}
	}
	segments := []string{"mix"}
	for _, group := range m.Of {
		segments = append(segments, names(group))
	}
	for _, k := range feeds.Kinds {
		if group := slices.DeleteFunc(slices.Clone(m.Without), func(o feeds.Key) bool { return o.Kind != k }); len(group) > 0 {
			segments = append(segments, "not:"+names(group))
		}
	}
	for _, t := range m.Title {
		segments = append(segments, "title:"+url.PathEscape(t))
	}
	if m.Quality != nil {
		segments = append(segments, "quality:"+Decimal(*m.Quality))
	}
	if m.Heat != nil {
		segments = append(segments, "heat:"+Decimal(*m.Heat))
	}
	if m.Count > 0 {
		segments = append(segments, "count:"+strconv.Itoa(m.Count))
	}
	return feeds.Key{Kind: feeds.Composed, Slug: strings.Join(segments, "/")}
}

// Decimal writes a bound of a Mix as shortly as it can be read back.
func Decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// top is the key of the feed that a ranking is made of.
func (m *Mix) top() (k feeds.Key) {
	if len(m.Of) > 0 {
		k = m.Of[0][0]
	}
	return k
}

// names writes keys of one kind.
func names(group []feeds.Key) string {
	all := make([]string, len(group))
	for i, k := range group {
		all[i] = url.PathEscape(k.Slug)
	}
	if kind := group[0].Kind; kind != feeds.Topic {
		return kind.String() + ":" + strings.Join(all, ",")
	}
	return strings.Join(all, ",")
}

// sort brings the parts into the order of the canonical path, each once.
func (m *Mix) sort() {
	for i := range m.Of {
		m.Of[i] = sorted(m.Of[i], compareKeys)
	}
	m.Of = sorted(m.Of, func(a, b []feeds.Key) int { return slices.CompareFunc(a, b, compareKeys) })
	m.Without = sorted(m.Without, compareKeys)
	m.Title = sorted(m.Title, strings.Compare)
}

func sorted[E any](all []E, compare func(a, b E) int) []E {
	slices.SortFunc(all, compare)
	return slices.CompactFunc(all, func(a, b E) bool { return compare(a, b) == 0 })
}

func compareKeys(k, o feeds.Key) int {
	return cmp.Or(cmp.Compare(k.Kind, o.Kind), strings.Compare(k.Slug, o.Slug))
}
