package main

import (
	"context"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/server"
	"feedmill/feeds/stats"
)

// figures lets the server count, and read what was counted, by feeds/stats.
type figures struct{ *stats.Recorder }

// Answered implements [server.Recorder].
func (f figures) Answered(p server.Poll) {
	a := stats.Answer(p)
	f.Record(&a)
}

// Site implements [server.Figures].
func (f figures) Site(from, to time.Time) []server.Day { return daysOf(f.Recorder.Site(from, to)) }

// Feed implements [server.Figures].
func (f figures) Feed(k feeds.Key, from, to time.Time) []server.Day {
	return daysOf(f.Recorder.Feed(k, from, to))
}

// Uncounted implements [server.Figures].
func (f figures) Uncounted() int64 {
	full, unknown := f.Dropped()
	return full + unknown
}

func daysOf(all []stats.Day) []server.Day {
	days := make([]server.Day, len(all))
	for i, d := range all {
		days[i] = server.Day{
			Date: d.Date, Open: d.Open, Subscribers: d.Subscribers, Readers: d.Readers, Polls: d.Polls, Status: d.Status, Conditional: d.Conditional,
			DeltasAsked: d.DeltasAsked, Deltas: d.Deltas, Sent: d.Sent, Saved: d.Saved, Pushes: d.Pushes, PushedBytes: d.PushedBytes,
			Unconditional: server.Misuse(d.Unconditional), TooOften: server.Misuse(d.TooOften), MisusedBy: d.MisusedBy,
		}
	}
	return days
}

// counts runs the recorder until ctx ends.
func (s *serve) counts(ctx context.Context) error { return s.figures.Run(ctx) }

// knows reports whether there is or was a feed.
func knows(snap *feeds.Snapshot, k feeds.Key) bool {
	if snap == nil {
		return false
	}
	_, former := snap.Alias(k)
	_, retired := snap.Retired[k]
	return former || retired || snap.Listing(k) != nil
}
