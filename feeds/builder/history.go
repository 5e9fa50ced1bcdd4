package builder

import (
	"slices"
	"time"
)

// Round is what one look at files, or time alone, has changed.
type Round struct {
	At    time.Time     // when its feeds were there to be served
	Files int           // that differed from what was known
	Feeds int           // with another content
	Took  time.Duration // from the beginning of the round
	Delay time.Duration // from the last change of a file; zero where that is not known, or no feed is another
}

// Scan is one look at all files.
type Scan struct {
	At    time.Time // when it was done; zero for never
	Files int       // that can be articles
	Took  time.Duration
}

// maxRounds is how many rounds are remembered.
const maxRounds = 100

// history is the last rounds, in order, and the last scan.
type history struct {
	rounds []Round
	scan   Scan
}

func (h *history) add(r Round) { h.rounds = append(h.rounds[max(0, len(h.rounds)+1-maxRounds):], r) }

// latest is a copy of the rounds, the last one first.
func (h *history) latest() []Round {
	all := slices.Clone(h.rounds)
	slices.Reverse(all)
	return all
}

// noteRound logs and remembers a round that has come to its end.
func (b *Builder) noteRound(r *round) {
	now := b.opt.Now()
	if r.feeds > 0 && r.differ > 0 {
		b.opt.Logger.Info("feeds updated", "files", r.differ, "feeds", r.feeds, "took", now.Sub(r.now).Round(100*time.Microsecond))
	}
	if r.rescan {
		b.history.scan = Scan{At: now, Files: len(b.stamps), Took: now.Sub(r.now)}
	}
	if r.differ == 0 && r.feeds == 0 {
		return
	}
	done := Round{At: now, Files: r.differ, Feeds: r.feeds, Took: now.Sub(r.now)}
	if r.saved != 0 && r.feeds > 0 && !r.first {
		done.Delay = max(0, now.Sub(time.Unix(0, r.saved)))
	}
	b.history.add(done)
}
