package builder

import "time"

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

// rounds are the last ones, in order, the oldest at from, and the last scan.
type rounds struct {
	last []Round
	from int
	scan Scan
}

func (h *rounds) add(r Round) {
	if len(h.last) < maxRounds {
		h.last = append(h.last, r)
		return
	}
	h.last[h.from] = r
	h.from = (h.from + 1) % maxRounds
}

// latest is a copy of the rounds, the last one first.
func (h *rounds) latest() []Round {
	all := make([]Round, len(h.last))
	for i := range all {
		all[len(all)-1-i] = h.last[(h.from+i)%len(h.last)]
	}
	return all
}

// note remembers a round that has come to its end.
func (b *Builder) note(start time.Time, first, rescan bool, differ, changed int, last int64) {
	now := b.opt.Now()
	if rescan {
		b.history.scan = Scan{At: now, Files: len(b.stamps), Took: now.Sub(start)}
	}
	if differ == 0 && changed == 0 {
		return
	}
	r := Round{At: now, Files: differ, Feeds: changed, Took: now.Sub(start)}
	if last != 0 && changed > 0 && !first {
		r.Delay = max(0, now.Sub(time.Unix(0, last)))
	}
	b.history.add(r)
}

// lastChange is when the files of a round changed last, in nanoseconds since 1970;
// zero where no file system tells.
func lastChange(all []loaded) (last int64) {
	for _, l := range all {
		last = max(last, l.changed)
	}
	return last
}
