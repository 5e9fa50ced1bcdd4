package status

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/stats"
)

// Figures are what was counted of polls. They must be safe for concurrent use; the
// caller owns what they return.
type Figures interface {
	// Site and Feed return a day for each from one time to another (UTC), the
	// oldest first, as far back as any are kept.
	Site(from, to time.Time) []stats.Day
	Feed(k feeds.Key, from, to time.Time) []stats.Day
	// Uncounted is how many answers the figures lack since the program started.
	Uncounted() int64
	// Hidden is how many polls since then came through a proxy that was not to be
	// trusted, and that hides who polls.
	Hidden() int64
}

// Polled is who polls, all feeds together.
type Polled struct {
	Subscribers int64       `json:"subscribers"` // yesterday or today, whichever had more
	Readers     []Reader    `json:"readers"`     // of that day, the largest first
	Days        []stats.Day `json:"days"`        // the last one is open
	Uncounted   int64       `json:"uncounted"`   // answers since the start that are not in these figures
	Hidden      int64       `json:"hidden"`      // polls since the start through a proxy that trusted_proxies does not name
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
func (s *Status) count(f Figures, snap *document.Snapshot, now time.Time) {
	days := f.Site(now.AddDate(0, 0, 1-siteDays), now)
	s.Polled = &Polled{Days: days, Uncounted: f.Uncounted(), Hidden: f.Hidden()}
	best := fuller(days)
	s.Polled.Subscribers = best.Subscribers
	for _, name := range stats.Ranked(best.Readers) {
		n := best.Readers[name]
		s.Polled.Readers = append(s.Polled.Readers, Reader{name, n, float64(n) / float64(max(1, best.Subscribers))})
	}
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

func subscription(l *document.Listing, days []stats.Day) *Subscription {
	s := &Subscription{Kind: l.Key.Kind.String(), Name: l.Name, Path: l.Key.Path(), Articles: l.Count, key: l.Key}
	s.Subscribers = fuller(days).Subscribers
	if len(days) > 0 {
		today := &days[len(days)-1]
		s.Polls, s.NotModified = today.Polls, today.NotModified()
		s.Misused = today.Misused()
	}
	return s
}

// fuller is that of the last two days with more subscribers: the open one is
// behind until most of them have come.
func fuller(days []stats.Day) *stats.Day {
	best := &stats.Day{}
	for i := max(0, len(days)-2); i < len(days); i++ {
		if days[i].Subscribers >= best.Subscribers {
			best = &days[i]
		}
	}
	return best
}

// Growth is how subscribers have changed in 30 days, in a few characters; empty
// where that is not known.
func (p *Polled) Growth() string {
	days := p.Days
	values := make([]int64, 0, len(days))
	for _, d := range days[max(0, len(days)-feedDays-1):] {
		if !d.Open {
			values = append(values, d.Subscribers)
		}
	}
	return growth(values)
}

// Growth is the same of one feed.
func (s *Subscription) Growth() string { return growth(s.History) }

// growth compares the last of so many days with the first, which must be 30 days
// long: before, nobody may have been counted.
func growth(days []int64) string {
	if len(days) < feedDays || days[0] == 0 {
		return ""
	}
	percent := 100 * float64(days[len(days)-1]-days[0]) / float64(days[0])
	switch {
	case percent >= 1000:
		return "× " + strconv.FormatFloat(percent/100+1, 'f', 0, 64)
	case percent > -0.5 && percent < 0.5:
		return "± 0 %"
	case percent < 0:
		return "− " + strconv.FormatFloat(-percent, 'f', 0, 64) + " %"
	}
	return "+ " + strconv.FormatFloat(percent, 'f', 0, 64) + " %"
}

// Misusers are the readers that misuse costs most by, in 30 days.
func (p *page) Misusers() []string {
	all := stats.Ranked(p.Month().MisusedBy)
	return all[:min(len(all), 5)]
}
