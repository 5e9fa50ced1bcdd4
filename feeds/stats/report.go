package stats

import (
	"time"

	"feedmill/feeds"
)

// Day is the figures of one day.
type Day struct {
	Date string `json:"date"`           // in UTC, as in "2026-11-25"
	Open bool   `json:"open,omitempty"` // the day has not ended
	Figures
}

// Feed returns the figures of a feed for each day between two times, the oldest
// first. Days without figures are included, days that are in the future or more than
// a year ago are not. All composed feeds have the same figures, those of all of them
// together. Polls of the last quarter of a second may be missing. The caller owns
// the result.
func (r *Recorder) Feed(k feeds.Key, from, to time.Time) []Day {
	if k.Kind == feeds.Composed {
		k.Slug = ""
	}
	return r.days(feedName(k), from, to, func() Figures {
		if t := r.today.tallies[k]; t != nil {
			return t.figures()
		}
		return Figures{}
	})
}

// Site returns the sum of all feeds in the same way. Somebody who subscribes to
// three feeds counts as three subscribers.
func (r *Recorder) Site(from, to time.Time) []Day {
	return r.days(allFeeds, from, to, func() Figures {
		var sum Figures
		for _, t := range r.today.tallies {
			f := t.figures()
			sum.add(&f)
		}
		return sum
	})
}

// days reads the figures called name of the days that are over, and calls open for
// those of the open day.
func (r *Recorder) days(name string, from, to time.Time, open func() Figures) []Day {
	r.mu.Lock()
	defer r.mu.Unlock()
	today := r.today.date
	first, last := max(dayOf(from), today-keepDays), min(dayOf(to), today)
	days := make([]Day, 0, max(0, last-first+1))
	for d := first; d <= last; d++ {
		days = append(days, Day{Date: d.String(), Open: d == today})
	}
	err := r.history.read(first, min(last, today-1), func(d date, record func(string) []byte) {
		days[d-first].Figures, _ = decodeRecord(record(name)) // zero where there is none
	})
	if err != nil {
		r.log.Warn("figures of subscribers cannot be read; they are kept in memory until the next start", "err", err)
	}
	if first <= today && today <= last {
		days[today-first].Figures = open()
	}
	return days
}

// Uncounted is how many polls were not counted since the process began: for want
// of room in the queue, or because there is no such feed.
func (r *Recorder) Uncounted() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dropped.Load() + r.totals.unknown
}

// Hidden is the number of polls since the process began that came through a proxy
// which hides who polls, and which is not among the trusted ones.
func (r *Recorder) Hidden() int64 { return r.hidden.Load() }
