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

// grief is the tombstones that are named now.
type grief struct {
	fallen
	known  bool
	losses uint64    // the ledger's count of them
	rivals bool      // articles state the same id: any change can show it in other feeds
	fades  time.Time // when the first of them goes; zero where there are none
}

// mourn brings the tombstones up to date and returns the feeds that have others
// than before, among those touched and the rest.
func (b *Builder) mourn(now time.Time, touched []*catalog.Shelf) (changed []*catalog.Shelf) {
	g := &b.grief
	losses := b.opt.Ledger.Losses()
	rivals := b.catalog.Contested()
	if g.known && g.losses == losses && !g.rivals && !rivals && (g.fades.IsZero() || g.fades.After(now)) && !slices.ContainsFunc(touched, b.revived) {
		return nil
	}
	before := g.fallen
	*g = grief{known: true, losses: losses, rivals: rivals}
	g.fallen, g.fades = b.fallen(now)
	for _, tags := range [...]fallen{before, g.fallen} {
		for t := range tags {
			if s := b.catalog.Find(t.Kind, t.Name); s != nil && !slices.Equal(before[t], g.fallen[t]) {
				changed = append(changed, s)
			}
		}
	}
	return changed
}

// revived reports whether a feed shows an article under the id of a tombstone in
// it: one that states that id by now.
func (b *Builder) revived(s *catalog.Shelf) bool {
	tag := feeds.Tag{Kind: s.Kind(), Name: s.Fold()}
	return slices.ContainsFunc(b.grief.of(s), func(t feeds.Tombstone) bool {
		return b.catalog.Shown(t.ID) && (tag.Kind == feeds.All || b.catalog.ShownIn(t.ID, tag))
	})
}

// fallen lists what has left each feed lately and is not shown again, and says
// when the first of that fades.
func (b *Builder) fallen(now time.Time) (all fallen, fades time.Time) {
	all = fallen{}
	add := func(id string, when time.Time, t feeds.Tag) {
		all[t] = append(all[t], feeds.Tombstone{ID: id, When: when.UTC()})
		if at := b.fades(when); fades.IsZero() || at.Before(fades) {
			fades = at
		}
	}
	since := now.Add(-b.opt.Tombstones - 24*time.Hour)
	for _, r := range b.opt.Ledger.Gone(since) {
		if !b.fades(r.Gone).After(now) || b.catalog.Shown(r.ID) {
			continue
		}
		for _, t := range r.Feeds {
			t.Name = feeds.Fold(t.Name)
			add(r.ID, r.Gone, t)
		}
	}
	for _, d := range b.opt.Ledger.Left(since) {
		if b.fades(d.When).After(now) && !b.catalog.ShownIn(d.ID, d.Feed) {
			add(d.ID, d.When, d.Feed)
		}
	}
	for t, stones := range all {
		slices.SortFunc(stones, func(s, t feeds.Tombstone) int {
			return cmp.Or(t.When.Compare(s.When), strings.Compare(s.ID, t.ID))
		})
		named := map[string]bool{}
		stones = slices.DeleteFunc(stones, func(s feeds.Tombstone) bool { // where articles stated the same id
			again := named[s.ID]
			named[s.ID] = true
			return again
		})
		all[t] = stones[:min(len(stones), mostTombstones)]
	}
	return all, fades
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
func carve(stones []feeds.Tombstone, limits Limits) ([]feeds.Tombstone, Limits) {
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
