package builder

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/catalog"
)

// mostTombstones bounds a document; older ones give way.
const mostTombstones = 100

// fallen is the tombstones of each feed, newest first.
type fallen map[feeds.Tag][]feeds.Tombstone

func (f fallen) of(s *catalog.Shelf) []feeds.Tombstone {
	return f[feeds.Tag{Kind: s.Kind(), Name: s.Fold()}]
}

// grief is the tombstones that are named now. A change looks at those of the ids
// that it touches.
type grief struct {
	fallen        // what documents may name: the newest. No slice in it is ever changed
	all    fallen // before older ones have given way
	ids    map[string][]stone
	known  bool
	losses uint64    // the ledger's count of them
	fades  time.Time // when the first of them goes, or before; zero where there are none
}

// stone is a tombstone in one feed.
type stone struct {
	feed feeds.Tag // its name folded
	name string    // as the article wrote it
	feeds.Tombstone
}

// mourn brings the tombstones up to date and returns the feeds that have others
// than before. A feed stays while it has any, although its last article has left:
// readers are to take that away, and not to give up a feed that may go on.
func (b *Builder) mourn(now time.Time) (changed []*catalog.Shelf) {
	g := &b.grief
	for t := range b.lose(now) {
		stones := g.all[t]
		stones = stones[:min(len(stones), mostTombstones)]
		if slices.Equal(stones, g.fallen[t]) {
			continue
		}
		if g.fallen[t] = slices.Clone(stones); len(stones) == 0 {
			delete(g.fallen, t)
		}
		b.catalog.Keep(t, g.nameOf(t))
		if s := b.catalog.Find(t.Kind, t.Name); s != nil {
			changed = append(changed, s)
		}
	}
	return changed
}

// nameOf is what the article that left a feed last called it; empty where none has.
func (g *grief) nameOf(t feeds.Tag) string {
	if len(g.all[t]) == 0 {
		return ""
	}
	stones := g.ids[g.all[t][0].ID]
	return stones[slices.IndexFunc(stones, func(s stone) bool { return s.feed == t })].name
}

// lose follows the ledger and the catalog, and returns the feeds of which
// tombstones have come or gone.
func (b *Builder) lose(now time.Time) (touched map[feeds.Tag]bool) {
	g := &b.grief
	ids, losses, ok := b.opt.Ledger.LossesSince(g.losses)
	g.losses = losses
	stirred := b.catalog.Stirred()
	touched = map[feeds.Tag]bool{}
	if ok && g.known && (g.fades.IsZero() || g.fades.After(now)) {
		for _, id := range slices.Concat(ids, stirred) {
			g.replace(id, b.stones(id, now), touched)
		}
		return touched
	}
	b.loseAnew(now)
	for _, tags := range [...]fallen{g.fallen, g.all} {
		for t := range tags {
			touched[t] = true
		}
	}
	return touched
}

// loseAnew makes all of the tombstones anew.
func (b *Builder) loseAnew(now time.Time) {
	g := &b.grief
	if !g.known {
		g.known, g.fallen = true, fallen{}
	}
	g.all, g.ids, g.fades = fallen{}, map[string][]stone{}, time.Time{}
	since := now.Add(-b.opt.Tombstones - 24*time.Hour)
	for _, r := range b.opt.Ledger.Gone(since) {
		g.ids[r.ID] = nil
	}
	for _, d := range b.opt.Ledger.Left(since) {
		g.ids[d.ID] = nil
	}
	for id := range g.ids {
		stones := b.stones(id, now)
		if g.ids[id] = stones; len(stones) == 0 {
			delete(g.ids, id)
		}
		for _, s := range stones {
			g.all[s.feed] = append(g.all[s.feed], s.Tombstone)
		}
	}
	for _, stones := range g.all {
		slices.SortFunc(stones, newerStone)
	}
}

// stones are the tombstones of one id: where it has gone lately, and is not shown
// again. There is one in a feed.
func (b *Builder) stones(id string, now time.Time) (all []stone) {
	add := func(when time.Time, t feeds.Tag, name string) {
		s := stone{t, name, feeds.Tombstone{ID: id, When: when.UTC()}}
		if at := b.fades(when); b.grief.fades.IsZero() || at.Before(b.grief.fades) {
			b.grief.fades = at
		}
		i := slices.IndexFunc(all, func(o stone) bool { return o.feed == t })
		switch {
		case i < 0:
			all = append(all, s)
		case s.When.After(all[i].When): // articles stated the same id
			all[i] = s
		}
	}
	gone, left := b.opt.Ledger.LossesOf(id)
	for _, r := range gone {
		if b.fades(r.Gone).After(now) && !b.catalog.Shown(id) {
			for _, t := range r.Feeds {
				add(r.Gone, feeds.Tag{Kind: t.Kind, Name: feeds.Fold(t.Name)}, t.Name)
			}
		}
	}
	for _, d := range left {
		t := feeds.Tag{Kind: d.Feed.Kind, Name: feeds.Fold(d.Feed.Name)}
		if b.fades(d.When).After(now) && !b.catalog.ShownIn(id, t) {
			add(d.When, t, d.Feed.Name)
		}
	}
	return all
}

// replace takes the tombstones of an id for others, and notes the feeds of both.
func (g *grief) replace(id string, stones []stone, touched map[feeds.Tag]bool) {
	for _, s := range g.ids[id] {
		touched[s.feed] = true
		list := g.all[s.feed]
		if i, ok := slices.BinarySearchFunc(list, s.Tombstone, newerStone); ok {
			list = slices.Delete(list, i, i+1)
		}
		if g.all[s.feed] = list; len(list) == 0 {
			delete(g.all, s.feed)
		}
	}
	for _, s := range stones {
		touched[s.feed] = true
		i, _ := slices.BinarySearchFunc(g.all[s.feed], s.Tombstone, newerStone)
		g.all[s.feed] = slices.Insert(g.all[s.feed], i, s.Tombstone)
	}
	if g.ids[id] = stones; len(stones) == 0 {
		delete(g.ids, id)
	}
}

// newerStone is the order of tombstones in a document.
func newerStone(s, t feeds.Tombstone) int {
	return cmp.Or(t.When.Compare(s.When), strings.Compare(s.ID, t.ID))
}

// fades is when the tombstone of an item that went at when is taken away: at the
// end of a day (UTC), so that those of a day go together.
func (b *Builder) fades(when time.Time) time.Time {
	const day = 24 * time.Hour
	if b.opt.Tombstones == 0 {
		return when
	}
	return when.Add(b.opt.Tombstones).Truncate(day).Add(day)
}

// carve returns the newest tombstones, as many as an eighth of a document holds,
// and what they leave of the limits.
func carve(stones []feeds.Tombstone, limits feeds.Limits) ([]feeds.Tombstone, feeds.Limits) {
	if limits.MaxBytes == 0 {
		return stones, limits
	}
	room := limits.MaxBytes / 8
	for i, t := range stones {
		n := elementRoom + size(t.ID)
		if n > room {
			return stones[:i], limits
		}
		room -= n
		limits.MaxBytes -= n
	}
	return stones, limits
}
