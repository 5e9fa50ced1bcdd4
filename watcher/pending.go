package watcher

import (
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	burstPaths = 64   // more than these at once are one large operation, as a checkout
	maxPaths   = 4096 // beyond these, comparing everything costs less than a list

	// loneQuiet is the settle time of a lone, complete save: enough for the other
	// events of the same save, and for the second file of a burst.
	loneQuiet = 2 * time.Millisecond
	// minRetry is the time between looks whether a lone save is complete.
	minRetry = time.Millisecond
)

// writing is what is known of those who write a file.
type writing int

const (
	unknown  writing = iota // time must tell
	busy                    // somebody has it open for writing
	complete                // nobody has
)

// pending holds noticed changes until they settle. Time comes from the caller.
//
// The set is settled when no path joined it for a while, so that a burst is one
// update. A path that is still being written by then stays behind alone: one
// file that never rests must not hold up the others. What a file is renamed to
// leaves together with what it was.
//
// A save that is alone need not wait so long where it is known to be complete.
// Alone is what nothing else came shortly before or after: the first file of a
// slow burst may be on its way early, but not the second, so that many changes
// one after the other are still one update, for the guard to judge.
//
// What cannot be known: a file that is opened, written and closed again and
// again is complete each time. Such a file leaves once early, and then when it
// rests.
type pending struct {
	settle, maxDelay time.Duration
	writing          func(path string) writing
	checkingOut      func() bool // another program is at work on many files

	paths  map[string]mark
	gone   int       // paths that are marked gone
	rescan bool      // whatever paths says
	lone   bool      // it was quiet before the oldest change; may the set be a lone save
	since  time.Time // when the oldest change was noticed
	joined time.Time // when the set last grew, or a path came or went
	heard  time.Time // when anything changed last
	retry  time.Time // when to look at a lone save again
}

type mark struct {
	first, last time.Time // events
	ops         fsnotify.Op
	gone        bool // editors delete and create again: this may not be the end
}

func newPending(settle, maxDelay time.Duration, writing func(string) writing, checkingOut func() bool) *pending {
	return &pending{settle: settle, maxDelay: maxDelay, writing: writing, checkingOut: checkingOut, paths: map[string]mark{}}
}

// add notes that op happened to path and, if gone, that it is not there now.
func (p *pending) add(path string, op fsnotify.Op, gone bool, now time.Time) {
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
	m.ops |= op
	p.paths[path], p.heard = m, now
	if len(p.paths) > maxPaths {
		p.all(now)
	}
}

// all notes that anything may have changed.
func (p *pending) all(now time.Time) {
	p.begin(now)
	clear(p.paths)
	p.gone, p.rescan, p.joined, p.heard = 0, true, now, now
}

func (p *pending) begin(now time.Time) {
	if len(p.paths) == 0 && !p.rescan {
		p.since, p.retry = now, now
		p.lone = now.Sub(p.heard) >= p.settle
	}
}

func (p *pending) isBurst() bool { return p.rescan || len(p.paths) > burstPaths }

// isLone says whether the set is one save, or one renaming.
func (p *pending) isLone() bool {
	if !p.lone || p.rescan || p.gone > 1 || len(p.paths) != 1+p.gone {
		return false
	}
	for _, m := range p.paths {
		if p.gone == 1 && !m.isMoved() {
			return false
		}
	}
	return true
}

// isMoved says whether path may be one end of a renaming.
func (m mark) isMoved() bool {
	if m.gone {
		return m.ops.Has(fsnotify.Rename)
	}
	return m.ops.Has(fsnotify.Create)
}

// due says when to take, unless something joins before; ok is false while
// nothing is pending.
func (p *pending) due() (at time.Time, ok bool) {
	wait := p.settle
	switch {
	case len(p.paths) == 0 && !p.rescan:
		return at, false
	case p.isLone():
		at = p.heard.Add(loneQuiet)
		if at.Before(p.retry) {
			at = p.retry
		}
		return at, true
	case p.isBurst() && !p.rescan:
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
	if (p.rescan || len(p.paths) > 1) && now.Sub(p.since) < p.maxDelay && p.checkingOut() {
		p.joined = now // a machine with other things to do can make a long pause of it
		return Changes{}
	}
	if p.rescan {
		p.reset()
		return Changes{Rescan: true}
	}
	if p.isLone() && now.Sub(p.since) < p.maxDelay {
		return p.takeLone(now)
	}
	settled := p.settled(now)
	p.since, p.joined, p.gone, p.lone = now, now, 0, false
	var c Changes
	for path, m := range p.paths {
		if settled[path] {
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

// settled names what may leave now. What was renamed waits for what came.
func (p *pending) settled(now time.Time) map[string]bool {
	settled := make(map[string]bool, len(p.paths))
	arriving := false
	for path, m := range p.paths {
		settled[path] = now.Sub(m.first) >= p.maxDelay ||
			now.Sub(m.last) >= p.settle && (m.gone || p.writing(path) != busy)
		arriving = arriving || !settled[path] && !m.gone && m.isMoved()
	}
	for path, m := range p.paths {
		if arriving && m.gone && m.isMoved() && now.Sub(m.first) < p.maxDelay {
			settled[path] = false
		}
	}
	return settled
}

// takeLone removes all or nothing.
func (p *pending) takeLone(now time.Time) Changes {
	var c Changes
	state := complete
	for path, m := range p.paths {
		c.Paths = append(c.Paths, path)
		if !m.gone {
			state = p.writing(path)
		}
	}
	switch state {
	case unknown:
		p.lone = false
		return Changes{}
	case busy:
		p.retry = now.Add(min(p.settle, max(minRetry, now.Sub(p.since)/8)))
		return Changes{}
	}
	p.reset()
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
