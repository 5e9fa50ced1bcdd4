package builder

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
)

const (
	maxScan  = 20_000              // articles looked at for one composed feed, newest first
	rankSpan = 30 * 24 * time.Hour // before its newest article, a ranking's oldest
)

// pick selects the articles of a composed feed. It walks the smallest of the
// groups that all must hold, and asks the others; maxScan bounds its work, so
// articles beyond that many are not found.
func (lib *library) pick(m *feeds.Mix, limits Limits) (picked []*article.Article) {
	groups := make([][]part, len(m.Of))
	for i, g := range m.Of {
		groups[i] = lib.shelves(g)
	}
	smallest := []part{lib.parts[feeds.Key{}]}
	if len(groups) > 0 {
		smallest = slices.MinFunc(groups, func(a, b []part) int { return cmp.Compare(articlesOn(a), articlesOn(b)) })
	}
	without := lib.shelves(m.Without)
	scanned, now := 0, lib.opt.Now()
	var newest time.Time
	for a := range merged(smallest) {
		if scanned++; scanned > maxScan || len(picked) == limits.Items && !m.Top {
			break
		}
		if newest.IsZero() {
			newest = a.Published
		}
		if m.Top && newest.Sub(a.Published) > rankSpan {
			break
		}
		old := limits.MaxAge > 0 && !a.Published.IsZero() && !a.Published.Add(limits.MaxAge).After(now)
		if !old && inAll(groups, a) && !inAny(without, a) && admits(m, a) {
			picked = append(picked, a)
		}
	}
	if m.Top {
		slices.SortStableFunc(picked, article.Hotter)
		picked = picked[:min(len(picked), limits.Items)]
	}
	return picked
}

// shelves are those of the keys that there still are.
func (lib *library) shelves(keys []feeds.Key) []part {
	all := make([]part, 0, len(keys))
	for _, k := range keys {
		all = append(all, lib.parts[k])
	}
	return all
}

func articlesOn(group []part) (n int) {
	for _, p := range group {
		n += len(p.articles)
	}
	return n
}

func inAny(group []part, a *article.Article) bool {
	return slices.ContainsFunc(group, func(p part) bool { return p.holds(a) })
}

func inAll(groups [][]part, a *article.Article) bool {
	return !slices.ContainsFunc(groups, func(g []part) bool { return !inAny(g, a) })
}

// admits holds an article against the conditions that are about itself.
func admits(m *feeds.Mix, a *article.Article) bool {
	if m.Quality != nil && a.Quality < *m.Quality || m.Heat != nil && a.Heat < *m.Heat {
		return false
	}
	if len(m.Title) == 0 {
		return true
	}
	title := feeds.SlugText(a.Title())
	return !slices.ContainsFunc(m.Title, func(t string) bool { return !strings.Contains(title, t) })
}

// merged yields what is on at least one shelf, newest first, each once.
func merged(group []part) iter.Seq[*article.Article] {
	return func(yield func(*article.Article) bool) {
		rest := make([][]*article.Article, len(group))
		for i, p := range group {
			rest[i] = p.articles
		}
		for {
			var first *article.Article
			for _, r := range rest {
				if len(r) > 0 && (first == nil || catalog.Newer(r[0], first) < 0) {
					first = r[0]
				}
			}
			if first == nil || !yield(first) {
				return
			}
			for i, r := range rest {
				if len(r) > 0 && catalog.Newer(r[0], first) == 0 {
					rest[i] = r[1:]
				}
			}
		}
	}
}
