package watcher

import (
	"slices"
	"time"
)

const (
	burstPaths = 64   // more than these at once are one large operation, as a checkout
	maxPaths   = 4096 // beyond these, comparing everything costs less than a list
)

// pending holds noticed changes until they settle. Time comes from the caller.
//
// The set is settled when no path joined it for a while, so that a burst is one
// update. A path that is still being written by then stays behind alone: one
// file that never rests must not hold up the others.
type pending struct {
	settle, maxDelay time.Duration

	paths  map[string]mark
	gone   int       // paths that are marked gone
	rescan bool      // whatever paths says
	since  time.Time // when the oldest change was noticed
	joined time.Time // when the set last grew, or a path came or went
}

type mark struct {
	first, last time.Time // events
	gone        bool      // editors delete and create again: this may not be the end
}

func newPending(settle, maxDelay time.Duration) *pending {
	return &pending{settle: settle, maxDelay: maxDelay, paths: map[string]mark{}}
}

// add notes that path changed or, if gone, that it is not there now.
func (p *pending) add(path string, gone bool, now time.Time) {
	m, known := p.paths[path]
	if !known {
		p.begin(now)
		m.first = now
	}
	if !known || m.gone != gone {
		p.joined = now
	}
	p.gone += count(gone) - count(m.gone)
	m.last, m.gone = now, gone
	p.paths[path] = m
	if len(p.paths) > maxPaths {
		p.all(now)
	}
}

// all notes that anything may have changed.
func (p *pending) all(now time.Time) {
	p.begin(now)
	clear(p.paths)
	p.gone, p.rescan, p.joined = 0, true, now
}

func (p *pending) begin(now time.Time) {
	if len(p.paths) == 0 && !p.rescan {
		p.since = now
	}
}

// due says when to take, unless something joins before; ok is false while
// nothing is pending.
func (p *pending) due() (at time.Time, ok bool) {
	wait := p.settle
	switch {
	case len(p.paths) == 0 && !p.rescan:
		return at, false
	case len(p.paths) > burstPaths:
		wait *= 5
	case p.gone > 0 || p.rescan:
		wait *= 4
	}
	at = p.joined.Add(wait)
	if limit := p.since.Add(p.maxDelay); limit.Before(at) {
		at = limit
	}
	return at, true
}

// take removes what is settled, and what waited for the maximum delay.
func (p *pending) take(now time.Time) Changes {
	if p.rescan {
		p.reset()
		return Changes{Rescan: true}
	}
	var c Changes
	p.since, p.joined, p.gone = now, now, 0
	for path, m := range p.paths {
		if now.Sub(m.last) >= p.settle || now.Sub(m.first) >= p.maxDelay {
			c.Paths = append(c.Paths, path)
			delete(p.paths, path)
			continue
		}
		p.gone += count(m.gone)
		if m.first.Before(p.since) {
			p.since = m.first
		}
	}
	slices.Sort(c.Paths)
	return c
}

func (p *pending) reset() {
	clear(p.paths)
	p.gone, p.rescan = 0, false
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
