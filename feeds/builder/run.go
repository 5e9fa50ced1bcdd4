package builder

import (
	"context"
	"time"

	"feedmill/watcher"
)

// Run applies changes until in is closed or ctx ends, and shows or hides
// articles whose time has come. It always returns nil.
func (b *Builder) Run(ctx context.Context, in <-chan watcher.Changes) error {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		var c watcher.Changes
		ok := true
		select {
		case <-ctx.Done():
			ok = false
		case c, ok = <-in:
		case <-b.timer():
		case <-b.again:
			c.Rescan = true
		case <-b.hanging.ended:
			c.Paths, c.Rescan = b.hanging.due()
		case <-minute.C: // a reader who asks for an archive document first gives it a date
			b.newDates.Store(true)
			b.flushDates()
			continue
		}
		if !ok || ctx.Err() != nil {
			return nil
		}
		if err := b.Apply(ctx, c); err != nil && ctx.Err() == nil {
			b.opt.Logger.Error("changes not applied; the feeds stay as they are", "err", err)
		}
	}
}

// BetweenRounds calls do while no round is under way: the ledger and the cache on disk
// are then of one state, as far as they could be written. Rounds wait meanwhile.
func (b *Builder) BetweenRounds(do func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.newDates.Store(true)
	b.flushDates()
	return do()
}

// timer fires when time alone changes a feed. A day is the most it waits, so
// that a clock set forward is noticed.
func (b *Builder) timer() <-chan time.Time {
	at := b.next()
	if at.IsZero() || b.Snapshot() == nil {
		return nil
	}
	return time.After(min(max(0, at.Sub(b.opt.Now())), 24*time.Hour))
}

// next is when Apply has something to do although no file changes; zero for never.
func (b *Builder) next() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, at, _ := b.schedule.First()
	return earliest(b.catalog.Next(), at)
}

// earliest is the first of some times; those that are zero do not count.
func earliest(times ...time.Time) (at time.Time) {
	for _, t := range times {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}
