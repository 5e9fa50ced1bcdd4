package watcher

import (
	"errors"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// minPause and maxPause bound the time after which is looked whether there are
	// descriptors again.
	minPause = 100 * time.Millisecond
	maxPause = 2 * time.Second
	// wantFree is how many descriptors must be free before everything is read again:
	// with fewer that would fail for some folder. After each look that finds fewer,
	// half of them are enough.
	wantFree = 8
)

// lack remembers what could not be read because the program or the system had no
// descriptor left. Nothing tells when there are descriptors again. It is safe for
// concurrent use, but for retry, which only the loop of Run calls.
type lack struct {
	noted chan struct{}    // has an element after something was noted
	free  func(n int) bool // whether n descriptors are free

	mu    sync.Mutex
	paths map[string]bool // files
	all   bool            // a folder, or too many files

	pause  time.Duration // until the next look
	looks  int           // without success, since something was noted
	looked time.Time     // last
}

func newLack(root string) *lack {
	free := func(n int) bool {
		for range n {
			f, err := os.Open(root)
			if isLack(err) {
				return false
			}
			defer f.Close()
		}
		return true
	}
	return &lack{noted: make(chan struct{}, 1), free: free, paths: map[string]bool{}}
}

// isLack reports whether err means that something could be read at another time.
func isLack(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// note remembers the file rel, or everything if rel is empty, if err is one of isLack.
func (l *lack) note(rel string, err error) {
	if !isLack(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if rel != "" && len(l.paths) < maxPaths {
		l.paths[rel] = true
	} else {
		l.all = true
	}
	select {
	case l.noted <- struct{}{}:
	default:
	}
}

// next returns how long to wait before retry: longer if it succeeded only just now, and
// there are too few descriptors again.
func (l *lack) next(now time.Time) time.Duration {
	if now.Sub(l.looked) > 2*maxPause {
		l.pause = minPause
	} else {
		l.pause = min(2*l.pause, maxPause)
	}
	l.looked = now.Add(l.pause)
	return l.pause
}

// retry returns what to look at again if there are descriptors, and forgets it. ok is
// false if there are none.
func (l *lack) retry() (c Changes, ok bool) {
	if !l.free(max(1, wantFree>>l.looks)) {
		l.looks++
		return Changes{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for rel := range l.paths {
		c.Paths = append(c.Paths, rel)
	}
	slices.Sort(c.Paths)
	if l.all {
		c = Changes{Rescan: true}
	}
	clear(l.paths)
	l.all, l.looks = false, 0
	return c, true
}
