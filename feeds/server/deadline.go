package server

import (
	"sync"
	"time"
)

// deadline arms the timer of a connection's reading or writing no more often
// than necessary: not at all while nothing waits, and not anew while the one
// that is armed ends at most slack after the one that is asked for.
type deadline struct {
	arm   func(time.Time) error
	slack int64 // nanoseconds

	mu     sync.Mutex
	wanted int64 // Unix nanoseconds; 0 for none
	armed  int64
	busy   bool
}

// set asks for a deadline, the zero time for none. It holds at once for what is
// waiting already.
func (d *deadline) set(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = 0
	if !t.IsZero() {
		d.wanted = t.UnixNano()
	}
	if d.busy {
		return d.settle()
	}
	return nil
}

// begin comes before what may wait, and end after it.
func (d *deadline) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = true
	return d.settle()
}

func (d *deadline) end() {
	d.mu.Lock()
	d.busy = false
	d.mu.Unlock()
}

func (d *deadline) settle() error {
	switch {
	case d.wanted == 0 && d.armed == 0, d.wanted != 0 && d.wanted <= d.armed && d.armed <= d.wanted+d.slack:
		return nil
	case d.wanted == 0:
		d.armed = 0
		return d.arm(time.Time{})
	}
	d.armed = d.wanted + d.slack
	return d.arm(time.Unix(0, d.armed))
}
