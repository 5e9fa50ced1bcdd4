package server

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"feedmill/feeds"
)

// Figures are what was counted of those who poll. They must be safe for concurrent
// use; the caller owns what they return.
type Figures interface {
	// Site and Feed return a day for each from one time to another (UTC), the
	// oldest first, as far back as any are kept.
	Site(from, to time.Time) []Day
	Feed(k feeds.Key, from, to time.Time) []Day
	// Uncounted is how many answers the figures lack since the program started.
	Uncounted() int64
}

// Day is what was counted in a day, of one feed or of all.
type Day struct {
	Date          string           `json:"date"`              // as in "2026-11-25"
	Open          bool             `json:"open,omitempty"`    // it has not ended
	Subscribers   int64            `json:"subscribers"`       // of all readers
	Readers       map[string]int64 `json:"readers,omitempty"` // subscribers by reader
	Polls         int64            `json:"polls"`
	Status        map[int]int64    `json:"status,omitempty"` // polls by status of the answer; 0 for rare ones
	Conditional   int64            `json:"conditional"`      // polls that named what the client had
	DeltasAsked   int64            `json:"deltas_asked"`
	Deltas        int64            `json:"deltas"`
	Sent          int64            `json:"sent_bytes"`
	Saved         int64            `json:"saved_bytes"` // not sent because of 304, 226 and codings
	Pushes        int64            `json:"pushes"`
	PushedBytes   int64            `json:"pushed_bytes"`
	Unconditional Misuse           `json:"unconditional"`        // a whole document to a client that got the same one before, that day
	TooOften      Misuse           `json:"too_often"`            // asked again long before it was told to; bytes that are not in unconditional
	MisusedBy     map[string]int64 `json:"misused_by,omitempty"` // bytes of both by reader, also by those that nobody subscribes with
}

// Misuse is what clients that behave badly cost.
type Misuse struct {
	Clients int64 `json:"clients"`
	Polls   int64 `json:"polls"`
	Bytes   int64 `json:"bytes"`
}

// NotModified is the number of polls that were answered with 304.
func (d Day) NotModified() int64 { return d.Status[http.StatusNotModified] }

// Polled is who polls, all feeds together.
type Polled struct {
	Subscribers int64    `json:"subscribers"` // yesterday or today, whichever had more
	Readers     []Reader `json:"readers"`     // of that day, the largest first
	Days        []Day    `json:"days"`        // the last one is open
	Uncounted   int64    `json:"uncounted"`   // answers since the start that are not in these figures
	Hidden      int64    `json:"hidden"`      // polls since the start through a proxy that trusted_proxies does not name
}

// Reader is a program or service by which people subscribe.
type Reader struct {
	Name        string  `json:"name"`
	Subscribers int64   `json:"subscribers"`
	Share       float64 `json:"share"` // of all subscribers, 0 to 1
}

// Subscription is who polls one feed.
type Subscription struct {
	Kind        string  `json:"kind"`
	Name        string  `json:"name"`
	Path        string  `json:"path"` // of its page
	Articles    int     `json:"articles"`
	Subscribers int64   `json:"subscribers"`       // yesterday or today, whichever had more
	Polls       int64   `json:"polls"`             // today
	NotModified int64   `json:"not_modified"`      // of these
	Misused     int64   `json:"misused_bytes"`     // today, for clients that behave badly
	History     []int64 `json:"history,omitempty"` // subscribers by day, the oldest first, without today; left out for small feeds
	key         feeds.Key
}

const (
	siteDays  = 60
	feedDays  = 30
	feedPlots = 100 // feeds whose history is read
)

// count takes in the figures.
func (s *Status) count(f Figures, snap *feeds.Snapshot, now time.Time) {
	days := f.Site(now.AddDate(0, 0, 1-siteDays), now)
	s.Polled = &Polled{Days: days, Uncounted: f.Uncounted()}
	best := fuller(days)
	s.Polled.Subscribers = best.Subscribers
	for name, n := range best.Readers {
		s.Polled.Readers = append(s.Polled.Readers, Reader{name, n, float64(n) / float64(max(1, best.Subscribers))})
	}
	slices.SortFunc(s.Polled.Readers, func(a, b Reader) int {
		return cmp.Or(cmp.Compare(b.Subscribers, a.Subscribers), cmp.Compare(a.Name, b.Name))
	})
	if snap == nil {
		return
	}
	for _, l := range snap.Listings {
		s.ByFeed = append(s.ByFeed, subscription(l, f.Feed(l.Key, now.AddDate(0, 0, -1), now)))
	}
	slices.SortStableFunc(s.ByFeed, func(a, b *Subscription) int {
		return cmp.Or(cmp.Compare(b.Subscribers, a.Subscribers), cmp.Compare(b.Polls, a.Polls))
	})
	for i, b := range s.ByFeed {
		if i == feedPlots || b.Subscribers == 0 {
			break
		}
		for _, d := range f.Feed(b.key, now.AddDate(0, 0, -feedDays), now.AddDate(0, 0, -1)) {
			b.History = append(b.History, d.Subscribers)
		}
	}
}

func subscription(l *feeds.Listing, days []Day) *Subscription {
	s := &Subscription{Kind: l.Key.Kind.String(), Name: l.Name, Path: l.Key.Path(), Articles: l.Count, key: l.Key}
	s.Subscribers = fuller(days).Subscribers
	if len(days) > 0 {
		today := &days[len(days)-1]
		s.Polls, s.NotModified = today.Polls, today.NotModified()
		s.Misused = today.Unconditional.Bytes + today.TooOften.Bytes
	}
	return s
}

// fuller is that of the last two days with more subscribers: the open one is
// behind until most of them have come.
func fuller(days []Day) *Day {
	best := &Day{}
	for i := max(0, len(days)-2); i < len(days); i++ {
		if days[i].Subscribers >= best.Subscribers {
			best = &days[i]
		}
	}
	return best
}

// sum adds up days, without subscribers, who are largely the same each day.
func sum(days []Day) Day {
	var all Day
	for i := range days {
		d := &days[i]
		all.Polls, all.Conditional = all.Polls+d.Polls, all.Conditional+d.Conditional
		all.DeltasAsked, all.Deltas = all.DeltasAsked+d.DeltasAsked, all.Deltas+d.Deltas
		all.Sent, all.Saved = all.Sent+d.Sent, all.Saved+d.Saved
		all.Pushes, all.PushedBytes = all.Pushes+d.Pushes, all.PushedBytes+d.PushedBytes
		all.Unconditional.add(d.Unconditional)
		all.TooOften.add(d.TooOften)
		status := maps.Clone(all.Status)
		if status == nil {
			status = map[int]int64{}
		}
		for code, n := range d.Status {
			status[code] += n
		}
		all.Status = status
		all.MisusedBy = plus(all.MisusedBy, d.MisusedBy)
	}
	return all
}

// plus is a new map with the sums of both.
func plus(a, b map[string]int64) map[string]int64 {
	all := map[string]int64{}
	maps.Copy(all, a)
	for name, n := range b {
		all[name] += n
	}
	return all
}

func (m *Misuse) add(o Misuse) {
	m.Clients, m.Polls, m.Bytes = m.Clients+o.Clients, m.Polls+o.Polls, m.Bytes+o.Bytes
}
