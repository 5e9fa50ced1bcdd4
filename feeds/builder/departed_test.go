package builder

import (
	"fmt"
	"testing"
	"time"

	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// slow is a folder of 100 articles, and a clock, of which two builders share what
// is remembered.
type slow struct {
	*testing.T
	*disk
	now    time.Time
	ledger *ledger.Ledger
}

func newSlow(t *testing.T) *slow {
	s := &slow{t, newDisk(), time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), ledger.Memory()}
	fill(s.disk, 0, 100, "text")
	return s
}

func (s *slow) start() *Builder {
	return guarded(s.T, s.disk, func(o *Options) { o.Now, o.Ledger = func() time.Time { return s.now }, s.ledger })
}

// remove takes articles from..to away, a minute after what was before.
func (s *slow) remove(b *Builder, from, to int) {
	s.Helper()
	s.now = s.now.Add(time.Minute)
	var paths []string
	for i := from; i < to; i++ {
		s.disk.remove(fmt.Sprintf("%d.md", i))
		paths = append(paths, fmt.Sprintf("%d.md", i))
	}
	if err := b.Apply(s.Context(), watcher.Changes{Paths: paths}); err != nil {
		s.Fatal(err)
	}
}

// TestSlowLoss counts small rounds of removals together, and holds the one with
// which they are too much.
func TestSlowLoss(t *testing.T) {
	s := newSlow(t)
	b := s.start()
	s.remove(b, 0, 10)
	s.remove(b, 10, 20)
	expectHeld(t, b, "")
	s.remove(b, 20, 22)
	expectHeld(t, b, "of the 25 known articles of topic t0, 22 would vanish")
	s.now = s.now.Add(time.Hour) // and waiting does not let it pass
	scan(t, b)
	expectHeld(t, b, "of the 25 known articles of topic t0, 22 would vanish")
	b.Accept(b.Held().Fingerprint)
	scan(t, b)
	expectHeld(t, b, "")
	s.remove(b, 22, 25)
	expectHeld(t, b, "")
}

// TestSlowWork holds nothing where what was removed comes back, or long ago.
func TestSlowWork(t *testing.T) {
	s := newSlow(t)
	b := s.start()
	s.remove(b, 0, 20)
	fill(s.disk, 0, 20, "text")
	scan(t, b)
	s.remove(b, 0, 20)
	expectHeld(t, b, "")
	s.now = s.now.Add(recentTime)
	s.remove(b, 25, 45)
	expectHeld(t, b, "")
	s.remove(b, 50, 53)
	expectHeld(t, b, "")
	s.now = s.now.Add(recentTime)
	fill(s.disk, 200, 280, "a draft") // and what has just come may go
	scan(t, b)
	for i := 200; i < 280; i += 10 {
		s.remove(b, i, i+10)
	}
	expectHeld(t, b, "")
}

// TestExpiryIsNoLoss leaves out what was due to go.
func TestExpiryIsNoLoss(t *testing.T) {
	s := newSlow(t)
	for i := range 24 {
		s.write(fmt.Sprintf("%d.md", i), fmt.Sprintf("---\ntitle: E%d\ndate: 2024-01-01\ntopics: [t0]\nexpiryDate: 2024-06-01T12:00:30Z\n---\n", i))
	}
	b := s.start()
	s.now = s.now.Add(time.Minute)
	scan(t, b)
	s.remove(b, 24, 25)
	expectHeld(t, b, "")
}

// TestHeldSinceOutlivesARestart says since when something is really held.
func TestHeldSinceOutlivesARestart(t *testing.T) {
	s := newSlow(t)
	b := s.start()
	s.remove(b, 0, 60)
	since := b.Held().Since
	s.now = s.now.Add(time.Hour)
	b = s.start()
	if h := b.Held(); h == nil || !h.Since.Equal(since) {
		t.Fatalf("after a restart %+v, held since %v", h, since)
	}
	fill(s.disk, 0, 60, "text")
	scan(t, b)
	expectHeld(t, b, "")
	s.now = s.now.Add(time.Hour)
	s.remove(b, 0, 60)
	if h := b.Held(); h == nil || !h.Since.Equal(s.now) {
		t.Errorf("what is held later is %+v at %v", h, s.now)
	}
}
