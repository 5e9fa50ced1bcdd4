package builder

import (
	"fmt"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/catalog"
)

// calendar divides the articles of a feed into periods, one for each archive
// document, by the months (UTC) of their publication. What is too much for a
// document is halved in time, again and again: 2021-05 becomes 2021-05-a and,
// later, 2021-05-b. Which articles are in a period depends on their dates alone,
// so a new article is in no period that holds nothing newer, and a back-dated
// one in a single period. No period holds more items than the subscription
// document, so the one in which that ends is not the newest, and new articles
// leave it alone.
//
// Validators find no way through an archive that is a single document, so the
// only month of a feed is always halved; half of it may be empty.
//
// Nothing is divided before a document is asked for, and then only around that
// document: it takes time in proportion to the items of a document.
type calendar struct {
	list   catalog.List
	limits feeds.Limits
}

// period is the span of one archive document, or of several.
type period struct {
	name     string
	from, to time.Time // published at from or later, and before to
	i, j     int       // ranks of its articles in the list, from i up to j
}

// at is the period of the article with a rank.
func (c calendar) at(rank int) period {
	x := c.month(c.list.At(rank).Published)
	for !c.whole(x) {
		if x.to.Sub(x.from) <= time.Second {
			return c.numbered(x, func(p period) bool { return rank >= p.i })
		}
		newer, older := c.halves(x)
		if x = newer; rank >= older.i {
			x = older
		}
	}
	return x
}

// named is the period with a name. Where there is none, it is the span, of one
// period or of several, that comes nearest to it.
func (c calendar) named(name string) (x period, ok bool) {
	first, err := time.Parse(feeds.Monthly, name[:min(len(name), len(feeds.Monthly))])
	if err != nil {
		return period{}, false
	}
	for x = c.month(first); !c.whole(x); {
		if x.name == name {
			return x, false
		}
		if x.to.Sub(x.from) <= time.Second {
			n := c.numbered(x, func(p period) bool { return p.name == name })
			if n.name != name {
				return x, false
			}
			return n, true
		}
		switch newer, older := c.halves(x); {
		case strings.HasPrefix(name, newer.name):
			x = newer
		case strings.HasPrefix(name, older.name):
			x = older
		default:
			return x, false
		}
	}
	return x, x.name == name && (x.i < x.j || len(name) > len(feeds.Monthly) && c.lone(c.month(first)))
}

// older is the next older period, if there is one.
func (c calendar) older(x period) (period, bool) {
	if x.j < c.list.Len() {
		return c.at(x.j), true
	}
	m := c.month(x.from)
	if newer, older := c.halves(m); c.lone(m) && x.name == newer.name {
		return older, true
	}
	return period{}, false
}

// newer is the next newer period, if there is one.
func (c calendar) newer(x period) (period, bool) {
	if x.i > 0 {
		return c.at(x.i - 1), true
	}
	m := c.month(x.from)
	if newer, older := c.halves(m); c.lone(m) && x.name == older.name {
		return newer, true
	}
	return period{}, false
}

func (c calendar) month(t time.Time) period {
	y, m, _ := t.UTC().Date()
	from := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 1, 0)
	return period{from.Format(feeds.Monthly), from, to, c.list.Since(to), c.list.Since(from)}
}

// whole reports whether a span is not parted further.
func (c calendar) whole(x period) bool { return c.fits(x.i, x.j) && !c.lone(x) }

// lone reports whether a span is the month of all articles and has room for them
// in one document.
func (c calendar) lone(x period) bool {
	return len(x.name) == len(feeds.Monthly) && x.i == 0 && x.j == c.list.Len() && x.j > 0 && c.fits(x.i, x.j)
}

func (c calendar) halves(x period) (newer, older period) {
	name := x.name
	if len(name) == len(feeds.Monthly) {
		name += "-"
	}
	middle := x.from.Add(x.to.Sub(x.from) / 2).Truncate(time.Second)
	at := c.list.Since(middle)
	return period{name + "b", middle, x.to, x.i, at}, period{name + "a", x.from, middle, at, x.j}
}

// numbered parts the articles of one second, oldest first, until a part is what
// is looked for, and returns that or the last.
func (c calendar) numbered(x period, found func(period) bool) period {
	p := x
	for n, j := 1, x.j; j > x.i; n, j = n+1, p.i {
		i := j - 1
		for i > x.i && c.fits(i-1, j) {
			i--
		}
		p.name, p.i, p.j = fmt.Sprintf("%s-%04d", x.name, n), i, j
		if found(p) {
			break
		}
	}
	return p
}

// fits reports whether a document probably has room for the articles of the
// ranks from i up to j; a single one always fits.
func (c calendar) fits(i, j int) bool {
	if j-i > max(1, c.limits.Items) {
		return false
	}
	if j-i < 2 || c.limits.MaxBytes == 0 {
		return true
	}
	size := 0
	for a := range c.list.From(i) {
		if size += a.Size(); size > c.limits.MaxBytes/2 {
			return false
		}
		if i++; i == j {
			break
		}
	}
	return true
}

// entrance is the period that the subscription document leads to if it shows the
// newest n articles: that of the next one. It is not the oldest, so that this one
// has a neighbour, without which validators find no way through the archive.
func (c calendar) entrance(n int) (x period, ok bool) {
	if n >= c.list.Len() {
		return period{}, false
	}
	x = c.at(n)
	if newer, more := c.newer(x); more {
		if _, more := c.older(x); !more {
			return newer, true
		}
	}
	return x, true
}

// place says where the subscription document stands that shows the newest n
// articles.
func (c calendar) place(n int) feeds.History {
	if x, ok := c.entrance(n); ok {
		return feeds.History{Prev: x.name}
	}
	return feeds.History{Complete: true}
}

// around names all that place can say for up to n articles.
func (c calendar) around(n int) string {
	var names strings.Builder
	rank := 0
	for rank <= n && rank < c.list.Len() {
		x := c.at(rank)
		names.WriteString(x.name + " ")
		rank = x.j
	}
	fmt.Fprint(&names, rank > n, rank == c.list.Len())
	return names.String()
}
