package builder

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/catalog"
)

// mostTombstones bounds the tombstones of a document; the newest are named.
const mostTombstones = 100

// tombstones are the tombstones of all feeds now. A change looks at those of the ids
// that it touches.
type tombstones struct {
	known  bool // the rest holds
	ids    map[string][]tombstone
	all    byFeed
	newest byFeed    // as many of all as documents may name. No slice in it is ever changed
	losses uint64    // the ledger's count of losses, up to which the rest has followed
	expire time.Time // when the first tombstone is taken away, or before; zero where there is none
}

// byFeed is the tombstones of each feed, by kind and folded name, newest first.
type byFeed map[feeds.Tag][]feeds.Tombstone

// tombstone is a tombstone in one feed.
type tombstone struct {
	feed feeds.Tag // its name folded
	name string    // as the article wrote it
	feeds.Tombstone
}

// of is the tombstones that the documents of a feed may name.
func (ts *tombstones) of(s *catalog.Feed) []feeds.Tombstone {
	return ts.newest[feeds.Tag{Kind: s.Kind(), Name: s.Fold()}]
}

// updateTombstones brings the tombstones up to date and returns the feeds that have
// others than before. A feed stays while it has any, although its last article has left:
// readers are to take that away, and not to give up a feed that may go on.
func (b *Builder) updateTombstones(now time.Time) (changed []*catalog.Feed) {
	ts := &b.tombstones
	for t := range b.followLosses(now) {
		newest := ts.all[t]
		newest = newest[:min(len(newest), mostTombstones)]
		if slices.Equal(newest, ts.newest[t]) {
			continue
		}
		if ts.newest[t] = slices.Clone(newest); len(newest) == 0 {
			delete(ts.newest, t)
		}
		b.catalog.Keep(t, ts.nameOf(t))
		if s := b.catalog.Find(t.Kind, t.Name); s != nil {
			changed = append(changed, s)
		}
	}
	return changed
}

// nameOf is what the article that left a feed last called it; empty where none has.
func (ts *tombstones) nameOf(t feeds.Tag) string {
	if len(ts.all[t]) == 0 {
		return ""
	}
	of := ts.ids[ts.all[t][0].ID]
	return of[slices.IndexFunc(of, func(x tombstone) bool { return x.feed == t })].name
}

// followLosses brings all and ids up to date with the ledger and the catalog, and
// returns the feeds of which tombstones may have come or gone.
func (b *Builder) followLosses(now time.Time) (touched map[feeds.Tag]bool) {
	ts := &b.tombstones
	ids, losses, ok := b.opt.Ledger.RemovalsSince(ts.losses)
	ts.losses = losses
	changed := b.catalog.ChangedIDs()
	touched = map[feeds.Tag]bool{}
	if ok && ts.known && (ts.expire.IsZero() || ts.expire.After(now)) {
		for _, id := range slices.Concat(ids, changed) {
			ts.replace(id, b.tombstonesOf(id, now), touched)
		}
		return touched
	}
	b.remakeTombstones(now)
	for _, tags := range [...]byFeed{ts.newest, ts.all} {
		for t := range tags {
			touched[t] = true
		}
	}
	return touched
}

// remakeTombstones makes all tombstones anew.
func (b *Builder) remakeTombstones(now time.Time) {
	ts := &b.tombstones
	if !ts.known {
		ts.known, ts.newest = true, byFeed{}
	}
	ts.all, ts.ids, ts.expire = byFeed{}, map[string][]tombstone{}, time.Time{}
	since := now.Add(-b.opt.Tombstones - 24*time.Hour)
	for _, id := range b.opt.Ledger.RemovedIDs(since) {
		ts.ids[id] = nil
	}
	for id := range ts.ids {
		of := b.tombstonesOf(id, now)
		if ts.ids[id] = of; len(of) == 0 {
			delete(ts.ids, id)
		}
		for _, x := range of {
			ts.all[x.feed] = append(ts.all[x.feed], x.Tombstone)
		}
	}
	for _, list := range ts.all {
		slices.SortFunc(list, newerTombstone)
	}
}

// tombstonesOf are the tombstones of one id, at most one in a feed: where it has
// gone lately, and is not shown again.
func (b *Builder) tombstonesOf(id string, now time.Time) (all []tombstone) {
	add := func(when time.Time, t feeds.Tag, name string) {
		x := tombstone{t, name, feeds.Tombstone{ID: id, When: when.UTC()}}
		b.tombstones.expire = earliest(b.tombstones.expire, b.expiry(when))
		i := slices.IndexFunc(all, func(o tombstone) bool { return o.feed == t })
		switch {
		case i < 0:
			all = append(all, x)
		case x.When.After(all[i].When): // articles stated the same id
			all[i] = x
		}
	}
	gone, left := b.opt.Ledger.RemovalsOf(id)
	for _, r := range gone {
		if b.expiry(r.Gone).After(now) && !b.catalog.Shown(id) {
			for _, t := range r.Feeds {
				add(r.Gone, feeds.Tag{Kind: t.Kind, Name: feeds.Fold(t.Name)}, t.Name)
			}
		}
	}
	for _, d := range left {
		t := feeds.Tag{Kind: d.Feed.Kind, Name: feeds.Fold(d.Feed.Name)}
		if b.expiry(d.When).After(now) && !b.catalog.ShownIn(id, t) {
			add(d.When, t, d.Feed.Name)
		}
	}
	return all
}

// replace puts other tombstones in place of those of an id, and notes the feeds of
// both in touched.
func (ts *tombstones) replace(id string, with []tombstone, touched map[feeds.Tag]bool) {
	for _, x := range ts.ids[id] {
		touched[x.feed] = true
		list := ts.all[x.feed]
		if i, ok := slices.BinarySearchFunc(list, x.Tombstone, newerTombstone); ok {
			list = slices.Delete(list, i, i+1)
		}
		if ts.all[x.feed] = list; len(list) == 0 {
			delete(ts.all, x.feed)
		}
	}
	for _, x := range with {
		touched[x.feed] = true
		i, _ := slices.BinarySearchFunc(ts.all[x.feed], x.Tombstone, newerTombstone)
		ts.all[x.feed] = slices.Insert(ts.all[x.feed], i, x.Tombstone)
	}
	if ts.ids[id] = with; len(with) == 0 {
		delete(ts.ids, id)
	}
}

// newerTombstone is the order of tombstones in a document.
func newerTombstone(s, t feeds.Tombstone) int {
	return cmp.Or(t.When.Compare(s.When), strings.Compare(s.ID, t.ID))
}

// expiry is when the tombstone of an item that went at when is taken away: at the
// end of a day (UTC), so that those of a day go together.
func (b *Builder) expiry(when time.Time) time.Time {
	const day = 24 * time.Hour
	if b.opt.Tombstones == 0 {
		return when
	}
	return when.Add(b.opt.Tombstones).Truncate(day).Add(day)
}

// fitTombstones returns the newest tombstones, as many as an eighth of a document
// holds, and what they leave of the limits.
func fitTombstones(all []feeds.Tombstone, limits feeds.Limits) ([]feeds.Tombstone, feeds.Limits) {
	if limits.MaxBytes == 0 {
		return all, limits
	}
	room := limits.MaxBytes / 8
	for i, t := range all {
		n := elementRoom + size(t.ID)
		if n > room {
			return all[:i], limits
		}
		room -= n
		limits.MaxBytes -= n
	}
	return all, limits
}
