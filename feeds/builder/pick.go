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
	"feedmill/feeds/mix"
)

const (
	maxScan  = 20_000              // articles looked at for one composed feed, newest first
	maxRead  = maxScan * 256       // bytes of titles that are searched for one
	rankSpan = 30 * 24 * time.Hour // before its newest article, a ranking's oldest
)

// pick selects the articles of a composed feed. It walks the smallest of the
// groups that all must hold, and asks the others; maxScan and maxRead bound its work, so
// articles beyond that many are not found. It waits while many do the same: no
// number of requests for new composed feeds takes all processors.
func (c *composer) pick(m *mix.Mix, limits feeds.Limits) (picked []*article.Article) {
	c.b.opt.picking <- struct{}{}
	defer func() { <-c.b.opt.picking }()
	groups := make([][]*window, len(m.Of))
	for i, g := range m.Of {
		groups[i] = c.windowsOf(g)
	}
	smallest := []*window{c.feed(feeds.Key{})}
	if len(groups) > 0 {
		smallest = slices.MinFunc(groups, func(a, b []*window) int { return cmp.Compare(articlesOn(a), articlesOn(b)) })
	}
	without := c.windowsOf(m.Without)
	scanned, read, now := 0, 0, c.b.opt.Now()
	var newest time.Time
	for a := range merged(smallest) {
		if len(m.Title) > 0 {
			read += len(a.Title())
		}
		if scanned++; scanned > maxScan || read > maxRead || len(picked) == limits.Items && !m.Top {
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

// windowsOf returns the windows of those keys that still have a feed.
func (c *composer) windowsOf(keys []feeds.Key) []*window {
	all := make([]*window, 0, len(keys))
	for _, k := range keys {
		all = append(all, c.feed(k))
	}
	return all
}

func articlesOn(group []*window) (n int) {
	for _, p := range group {
		n += p.list.Len()
	}
	return n
}

func inAny(group []*window, a *article.Article) bool {
	return slices.ContainsFunc(group, func(p *window) bool { return p.list.Find(a) != nil })
}

func inAll(groups [][]*window, a *article.Article) bool {
	return !slices.ContainsFunc(groups, func(g []*window) bool { return !inAny(g, a) })
}

// admits holds an article against the conditions that are about itself.
func admits(m *mix.Mix, a *article.Article) bool {
	if m.Quality != nil && a.Quality < *m.Quality || m.Heat != nil && a.Heat < *m.Heat {
		return false
	}
	if len(m.Title) == 0 {
		return true
	}
	title := feeds.SlugText(a.Title())
	return !slices.ContainsFunc(m.Title, func(t string) bool { return !strings.Contains(title, t) })
}

// merged yields what is in at least one window, newest first, each once.
func merged(group []*window) iter.Seq[*article.Article] {
	return func(yield func(*article.Article) bool) {
		rest := make([]catalog.Cursor, len(group))
		for i, p := range group {
			rest[i] = p.list.Cursor()
		}
		for {
			var first *article.Article
			for i := range rest {
				if a := rest[i].Head(); a != nil && (first == nil || catalog.Newer(a, first) < 0) {
					first = a
				}
			}
			if first == nil || !yield(first) {
				return
			}
			for i := range rest {
				if a := rest[i].Head(); a != nil && catalog.Newer(a, first) == 0 {
					rest[i].Advance()
				}
			}
		}
	}
}
