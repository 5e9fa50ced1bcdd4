// Package stats counts who polls the feeds: subscribers by reader, polls, bytes,
// and clients that behave badly, for each feed and day (UTC), for a year.
//
// The serving path hands every answer to [Recorder.Record], which copies a few
// facts into a bounded buffer and never waits; [Recorder.Run] folds them into the
// figures. When a buffer is full its facts are dropped, and counted as dropped.
//
// Services that poll for many people state their number in the User-Agent, and
// the last number of the day counts: for each feed, service and feed id the
// service states (several ids add up). Every other client is counted once a day
// and feed by a keyed hash of its network address (IPv6: the first 64 bits) and
// User-Agent. The key is made anew each day. It lies with the hashes in one file
// of the state folder (stats.today, readable by its owner only) so that a restart
// counts nobody twice, and goes with that file when the day ends, or at the first
// start after that if nothing runs then; from then on no
// hash can be told to be anybody's, and no address is ever stored. Whoever reads
// that file while its day lasts could try addresses on it: only a figure remains
// of the days before.
//
// Memory is bounded whatever anyone sends. A feed keeps the hashes of some 8,192
// clients, all feeds together 131,072; up to there figures are exact. Beyond, the
// largest feeds keep a random half, quarter, … of their clients and count each
// new one for two, four, …: with n kept an error of 1/√n (one standard deviation),
// 1.6 % at most of a feed that is flooded alone. The key makes sure that nobody
// can choose which are kept. What a User-Agent claims cannot be verified: a
// stranger can claim to be a service with a million subscribers.
package stats

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds"
)

// Options say where a recorder keeps its figures. The zero Options keep them in
// memory.
type Options struct {
	// Folder is the state folder; empty, or one that cannot be written: the
	// figures are kept in memory and end with the process.
	Folder string
	// Known reports whether there is or was such a feed: answers for any other
	// are not counted by feed. It is called from Run alone. nil: all are known.
	Known func(feeds.Key) bool
	// Logger takes what an operator must know; nil: slog.Default.
	Logger *slog.Logger
}

// Recorder counts. It is safe for concurrent use. A nil Recorder records nothing.
type Recorder struct {
	known   func(feeds.Key) bool
	log     *slog.Logger
	queue   chan queued
	dropped atomic.Int64 // polls that found the queue full

	mu      sync.Mutex // for what follows; never held on the serving path
	today   *day
	totals  *totals
	agents  agents
	history *history
	path    string // of the file that holds today; empty: memory only
	saved   int64  // answers that were in it when it was last written; -1: it is not of today
	failing bool   // the last write failed, which has been logged
}

const (
	drainBusy = 25 * time.Millisecond  // between counting what is queued, while many polls come
	drainIdle = 250 * time.Millisecond // the same while few come
	saveEvery = 5 * time.Minute        // between writing today's figures; a crash loses so much
)

// New makes a recorder that goes on with what lies in the folder. It always
// works: what cannot be read or written is logged, and what is damaged is put
// aside and begun anew. Close it.
func New(opt Options) *Recorder {
	r := &Recorder{
		known: opt.Known, log: cmp.Or(opt.Logger, slog.Default()), queue: make(chan queued, queueSize),
		totals: newTotals(), agents: agents{},
	}
	r.open(opt.Folder, dayOf(time.Now()))
	return r
}

// Close writes what is not yet written. Call it once Run has returned; figures
// can still be read afterwards, from memory and the day that was open.
func (r *Recorder) Close() {
	r.drain(time.Now())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.save()
	r.history.close()
}

// Run folds what is recorded into the figures, ends the day at midnight (UTC)
// and writes now and then, until ctx ends; it returns nil. It must run once.
func (r *Recorder) Run(ctx context.Context) error {
	save := time.NewTicker(saveEvery)
	defer save.Stop()
	wait := drainIdle
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-save.C:
			r.mu.Lock()
			r.save()
			r.mu.Unlock()
		case now := <-timer.C:
			wait = min(2*wait, drainIdle)
			if r.drain(now) > queueSize/8 {
				wait = drainBusy
			}
			timer.Reset(wait)
		}
	}
}

// drain counts the polls that wait in the queue and returns their number. If now
// is on another day than the open one, it begins that day.
func (r *Recorder) drain(now time.Time) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	today := dayOf(now)
	var later []queued // polls of days that have not begun
	for ; n < queueSize && len(r.queue) > 0; n++ {
		if q := <-r.queue; q.day(today) > r.today.date {
			later = append(later, q)
		} else {
			r.count(&q)
		}
	}
	slices.SortStableFunc(later, func(a, b queued) int { return cmp.Compare(a.unix, b.unix) })
	for i := range later {
		r.beginDay(later[i].day(today))
		r.count(&later[i])
	}
	r.beginDay(today)
	return n
}

// count adds one answer to the figures.
func (r *Recorder) count(q *queued) {
	a := r.agents.of(q.agent[:q.agentLen])
	r.totals.count(q, a)
	r.today.answers++
	t := r.today.tally(q.key, r.known)
	if t == nil {
		r.totals.unknown++
		return
	}
	r.today.count(t, q, a)
}

// beginDay ends the open day and begins another, if that is later.
func (r *Recorder) beginDay(d date) {
	if d <= r.today.date {
		return
	}
	r.history.put(r.today)
	r.today = newDay(d)
	r.saved = -1
	r.save()
}

// save writes today's figures, if they have changed, and the days that ended.
func (r *Recorder) save() {
	err := r.history.flush(r.today.date)
	if r.path != "" && r.saved != r.today.answers {
		if e := r.today.write(r.path); e != nil {
			err = cmp.Or(err, e)
			if r.saved < 0 {
				os.Remove(r.path) // else the key of another day outlives it
			}
		} else {
			r.saved = r.today.answers
		}
	}
	if err != nil && !r.failing {
		r.log.Warn("figures of subscribers not written; they are kept in memory", "err", err)
	}
	r.failing = err != nil
}
