package watcher

import (
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	burstPaths = 64   // more changed paths than these are one large operation, such as a checkout
	maxPaths   = 4096 // with more paths, comparing all files costs less than a list

	// loneQuiet is the settle time of a lone save that is complete: long enough
	// for the other events of the same save, and for the second file of a burst.
	loneQuiet = 2 * time.Millisecond
	// minRetry is the shortest time between checks whether a lone save is complete.
	minRetry = time.Millisecond
)

// writing is whether a program has a file open for writing.
type writing int

const (
	unknown  writing = iota
	busy             // a program has it open
	complete         // none has
)

// pending holds changes until they settle, which makes one update of many events.
// The caller passes the time.
//
// The changes are settled when no further path has changed for a while. Only a path
// that is still being written stays behind then: a file that is written all the time
// must not delay the others. A path that a file was renamed to and the path that it
// was renamed from are reported together.
//
// A lone save is reported sooner, if it is known to be complete. It is lone if there
// was no other change shortly before and after. The first file of a slow burst may
// therefore be reported early, but not the second: many changes one after the other
// are one update, which the caller can judge as a whole.
//
// A lone file that a program opens, writes and closes again and again is complete
// each time. It is reported once early, and then when it has settled.
type pending struct {
	settle, maxDelay time.Duration
	writing          func(path string) writing
	checkingOut      func() bool // git is at work on many files

	paths  map[string]change
	gone   int       // paths in paths that are gone
	rescan bool      // anything may have changed, whatever paths says
	lone   bool      // no event came shortly before the first change
	oldest time.Time // when the first change came
	grown  time.Time // when a path was added, or appeared or vanished, for the last time
	last   time.Time // when the last event came
	retry  time.Time // when to check again whether a lone save is complete
}

// change is what has happened to one path.
type change struct {
	first, last time.Time // events
	ops         fsnotify.Op
	gone        bool // nothing is at the path; an editor may be about to create it again
}

func newPending(settle, maxDelay time.Duration, writing func(string) writing, checkingOut func() bool) *pending {
	return &pending{settle: settle, maxDelay: maxDelay, writing: writing, checkingOut: checkingOut, paths: map[string]change{}}
}

// add records that op happened to path and whether nothing is there now.
func (p *pending) add(path string, op fsnotify.Op, gone bool, now time.Time) {
	c, known := p.paths[path]
	if !known {
		p.begin(now)
		c.first = now
	}
	if !known || c.gone != gone {
		p.grown = now
	}
	p.gone += count(gone) - count(c.gone)
	c.last, c.gone = now, gone
	c.ops |= op
	p.paths[path], p.last = c, now
	if len(p.paths) > maxPaths {
		p.addAll(now)
	}
}

// addAll records that anything may have changed.
func (p *pending) addAll(now time.Time) {
	p.begin(now)
	clear(p.paths)
	p.gone, p.rescan, p.grown, p.last = 0, true, now, now
}

// begin is called before each change, and begins a new update with the first.
func (p *pending) begin(now time.Time) {
	if p.isEmpty() {
		p.oldest, p.retry = now, now
		p.lone = now.Sub(p.last) >= p.settle
	}
}

func (p *pending) isEmpty() bool { return len(p.paths) == 0 && !p.rescan }

// isLone reports whether there is nothing but one save, or one renaming.
func (p *pending) isLone() bool {
	if !p.lone || p.rescan || p.gone > 1 || len(p.paths) != 1+p.gone {
		return false
	}
	for _, c := range p.paths {
		if p.gone == 1 && !c.isMoved() {
			return false
		}
	}
	return true
}

// isMoved reports whether the path can be one of the two of a renaming.
func (c change) isMoved() bool {
	if c.gone {
		return c.ops.Has(fsnotify.Rename)
	}
	return c.ops.Has(fsnotify.Create)
}

// due returns when to call take, if no event comes before. ok is false while nothing
// is pending.
func (p *pending) due() (at time.Time, ok bool) {
	wait := p.settle
	switch {
	case p.isEmpty():
		return at, false
	case p.isLone():
		at = p.last.Add(loneQuiet)
		if at.Before(p.retry) {
			at = p.retry
		}
		return at, true
	case !p.rescan && len(p.paths) > burstPaths:
		wait *= 5
	case p.gone > 0 || p.rescan:
		wait *= 4
	}
	at = p.grown.Add(wait)
	if limit := p.oldest.Add(p.maxDelay); limit.Before(at) {
		at = limit
	}
	return at, true
}

// take removes and returns the changes that have settled or waited for maxDelay.
func (p *pending) take(now time.Time) Changes {
	if (p.rescan || len(p.paths) > 1) && now.Sub(p.oldest) < p.maxDelay && p.checkingOut() {
		p.grown = now // a checkout can pause for long on a busy machine
		return Changes{}
	}
	if p.rescan {
		p.reset()
		return Changes{Rescan: true}
	}
	if p.isLone() && now.Sub(p.oldest) < p.maxDelay {
		return p.takeLone(now)
	}
	settled := p.settled(now)
	p.oldest, p.grown, p.gone, p.lone = now, now, 0, false
	var all Changes
	for path, c := range p.paths {
		if settled[path] {
			all.Paths = append(all.Paths, path)
			delete(p.paths, path)
			continue
		}
		p.gone += count(c.gone)
		if c.first.Before(p.oldest) {
			p.oldest = c.first
		}
	}
	slices.Sort(all.Paths)
	return all
}

// settled returns the paths to report. A path that a file was renamed from waits
// for the path that it was renamed to, and that for the other: whoever sees a file
// at its new path alone takes it for another file.
func (p *pending) settled(now time.Time) map[string]bool {
	settled := make(map[string]bool, len(p.paths))
	arriving := false
	for path, c := range p.paths {
		settled[path] = now.Sub(c.first) >= p.maxDelay ||
			now.Sub(c.last) >= p.settle && (c.gone || p.writing(path) != busy)
		arriving = arriving || !settled[path] && !c.gone && c.isMoved()
	}
	if !arriving {
		return settled
	}
	waits := time.Time{} // since when the first of those waits that a file was renamed from; zero for none
	for path, c := range p.paths {
		if c.gone && c.isMoved() && now.Sub(c.first) < p.maxDelay {
			settled[path] = false
			if waits.IsZero() || c.first.Before(waits) {
				waits = c.first
			}
		}
	}
	for path, c := range p.paths {
		if !waits.IsZero() && !c.gone && c.isMoved() && !c.last.Before(waits) && now.Sub(c.first) < p.maxDelay {
			settled[path] = false
		}
	}
	return settled
}

// takeLone removes and returns a lone save that is complete. For one that is not it
// sets when to try again.
func (p *pending) takeLone(now time.Time) Changes {
	var all Changes
	state := complete
	for path, c := range p.paths {
		all.Paths = append(all.Paths, path)
		if !c.gone {
			state = p.writing(path)
		}
	}
	switch state {
	case unknown:
		p.lone = false // it settles like others
		return Changes{}
	case busy:
		p.retry = now.Add(min(p.settle, max(minRetry, now.Sub(p.oldest)/8)))
		return Changes{}
	}
	p.reset()
	slices.Sort(all.Paths)
	return all
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
