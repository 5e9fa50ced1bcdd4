package builder

import (
	"fmt"
	"slices"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
)

// period is the articles of one archive document. Which they are hangs on their
// dates alone, so a new article is in no period that holds nothing newer, and a
// back-dated one in a single period.
type period struct {
	name     string
	articles []*article.Article // newest first
	prev     string             // the next older period
	next     string             // the next newer one, if it is behind what the subscription document shows
	meta     meta
	kept     *kept
	modified time.Time // Last-Modified of its documents
	archive  *feeds.Archive
}

// archiveTTL is how long a copy of an archive document may be kept: it seldom
// changes.
const archiveTTL = 24 * time.Hour

// bind brings the periods of a shelf up to date, newest first, of which the
// subscription document shows n articles at most. Those whose documents do not
// change stay as they are.
func (b *Builder) bind(s *catalog.Shelf, m meta, limits Limits, n int, old []*period) []*period {
	known := make(map[string]*period, len(old))
	for _, p := range old {
		known[p.name] = p
	}
	all := periods(s.Articles(), limits, old)
	first := entrance(n, all)
	for i, p := range all {
		if p.meta = m; i+1 < len(all) {
			p.prev = all[i+1].name
		}
		if i > first { // newer ones are not for readers yet: new articles may still change or split them
			p.next = all[i-1].name
		}
	}
	bound := make([]*period, len(all))
	for i, p := range all {
		was := known[p.name]
		if was == nil || was.meta != m || was.prev != p.prev || was.next != p.next || !slices.EqualFunc(was.articles, p.articles, same) {
			was = b.print(p, was, limits)
		}
		bound[i] = was
	}
	return bound
}

// print gives a period a revision of its own.
func (b *Builder) print(p, old *period, limits Limits) *period {
	fresh := *p
	fresh.articles = slices.Clone(p.articles)
	var before time.Time
	fresh.kept = &kept{}
	if old != nil {
		before, fresh.kept = old.modified, old.kept
	}
	fresh.modified = b.modified(fresh.articles, nil, before)
	path := func(f feeds.Format) string { return fresh.meta.key.ArchivePath(fresh.name, f) }
	fresh.archive = &feeds.Archive{Period: fresh.name, Revision: b.checked(fresh.kept, path, feeds.NewRevision(func() *feeds.Feed {
		f := b.opt.assemble(fresh.meta, fresh.articles, limits, true)
		f.Modified, f.TTL = fresh.modified, archiveTTL
		f.History = feeds.History{Period: fresh.name, Prev: fresh.prev, Next: fresh.next}
		return f
	}, encoders))}
	return &fresh
}

// periods parts articles, newest first, by the months (UTC) of their publication.
// What is too much for a document is halved in time, again and again: 2021-05
// becomes 2021-05-a and, later, 2021-05-b. No period holds more items than the
// subscription document, so the one in which that ends is not the newest, and
// new articles leave it alone.
// The old periods spare looking at months that have not changed.
func periods(all []*article.Article, limits Limits, old []*period) []*period {
	var parts []*period
	for len(all) > 0 {
		y, m, _ := all[0].Published.Date()
		from := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
		n, name := since(all, from), from.Format(feeds.Monthly)
		var kept []*period
		if kept, old = month(name, old); hold(kept, all[:n]) {
			for _, p := range kept {
				parts = append(parts, &period{name: p.name, articles: p.articles})
			}
		} else {
			parts = append(parts, halves(name, all[:n], from, from.AddDate(0, 1, 0), limits)...)
		}
		all = all[n:]
	}
	return parts
}

// month cuts the periods of a month out of a list, newest first, of which rest
// is older.
func month(name string, all []*period) (parts, rest []*period) {
	of := func(p *period) string { return p.name[:len(feeds.Monthly)] }
	for len(all) > 0 && of(all[0]) > name {
		all = all[1:]
	}
	n := 0
	for n < len(all) && of(all[n]) == name {
		n++
	}
	return all[:n], all[n:]
}

// hold reports whether the parts of a month hold just these articles.
func hold(parts []*period, all []*article.Article) bool {
	for _, p := range parts {
		n := len(p.articles)
		if n > len(all) || !slices.Equal(p.articles, all[:n]) {
			return false
		}
		all = all[n:]
	}
	return len(all) == 0
}

// since counts the articles published at from or later.
func since(all []*article.Article, from time.Time) int {
	n, _ := slices.BinarySearchFunc(all, from, func(a *article.Article, from time.Time) int {
		if a.Published.Before(from) {
			return 1
		}
		return -1
	})
	return n
}

// halves parts the articles between two times until each part fits.
func halves(name string, all []*article.Article, from, to time.Time, limits Limits) []*period {
	switch {
	case len(all) == 0:
		return nil
	case fits(all, limits):
		return []*period{{name: name, articles: all}}
	case to.Sub(from) <= time.Second:
		return numbered(name, all, limits)
	}
	if len(name) == len(feeds.Monthly) {
		name += "-"
	}
	middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
	n := since(all, middle)
	return append(halves(name+"b", all[:n], middle, to, limits), halves(name+"a", all[n:], from, middle, limits)...)
}

// numbered parts articles of the same second, oldest first.
func numbered(name string, all []*article.Article, limits Limits) (parts []*period) {
	for i := 1; len(all) > 0; i++ {
		n := 1
		for n < len(all) && fits(all[len(all)-n-1:], limits) {
			n++
		}
		parts = append(parts, &period{name: fmt.Sprintf("%s-%04d", name, i), articles: all[len(all)-n:]})
		all = all[:len(all)-n]
	}
	slices.Reverse(parts)
	return parts
}

// fits reports whether a document probably has room for articles; a single one
// always fits.
func fits(all []*article.Article, limits Limits) bool {
	size := 0
	for i, a := range all {
		size += a.Size()
		if i > 0 && (i == limits.Items || limits.MaxBytes > 0 && size > limits.MaxBytes/2) {
			return false
		}
	}
	return true
}

// entrance is the index of the period that the subscription document leads to if
// it shows the newest n articles: that of the next one; len(periods) if there is
// none. It is not the oldest, so that this one has a neighbour, without which
// validators find no way through the archive.
func entrance(n int, periods []*period) int {
	for i, p := range periods {
		if n -= len(p.articles); n < 0 {
			return min(i, max(0, len(periods)-2))
		}
	}
	return len(periods)
}

// place says where the subscription document stands that shows the newest n
// articles.
func place(n int, periods []*period) feeds.History {
	if i := entrance(n, periods); i < len(periods) {
		return feeds.History{Prev: periods[i].name}
	}
	return feeds.History{Complete: true}
}

// around names all that place can say for up to n articles.
func around(n int, periods []*period) (names []string) {
	for _, p := range periods {
		names = append(names, p.name)
		if n -= len(p.articles); n < 0 {
			break
		}
	}
	return append(names, fmt.Sprint(n < 0, len(names) == len(periods)))
}
