// Package stats counts who polls the feeds: subscribers by reader, polls, bytes,
// and clients that misbehave, for each feed and day (UTC), for a year.
//
// The server passes every answer to [Recorder.Record], which puts a few values
// into a bounded queue and never waits; [Recorder.Run] counts what is queued. A
// poll that finds the queue full is dropped, and counted as dropped.
//
// Services that poll for many people state their number of subscribers in the
// User-Agent. The last number of the day counts, for each feed, service and feed
// id that the service states; the numbers of several ids are added up. Every other
// client counts once for each day and feed. Clients are told apart by a keyed hash
// of the network address (IPv6: its first 64 bits) and the User-Agent. Each day
// has a new key. Key and hashes lie in one file of the state folder (stats.today,
// readable by its owner only), so that no client is counted twice after a restart.
// The file is replaced when the day ends, or at the first start after that. No
// address is ever stored, and without the key no hash can be traced to one. Who
// reads the file on its day can try out addresses; of earlier days only numbers
// remain.
//
// Memory is bounded whatever clients send. A feed keeps the hashes of 8,192
// clients, all feeds together 131,072; up to there figures are exact. Beyond, the
// largest feeds keep a random half, quarter, … of their clients, and each new one
// counts for two, four, …: with n clients kept the standard error is 1/√n, which
// is 1.6 % at most for a single feed with many clients. Because of the key nobody
// can choose which clients are kept. What a User-Agent states cannot be verified:
// anyone can claim to be a service with a million subscribers.
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

// Options say where a Recorder keeps its figures. The zero Options keep them in
// memory.
type Options struct {
	// Folder is the state folder. If it is empty or cannot be written, figures are
	// kept in memory and end with the process.
	Folder string
	// Known reports whether there is or was such a feed. Polls for other feeds are
	// counted only as uncounted. It is called by one goroutine at a time. Nil
	// stands for a function that knows all feeds.
	Known func(feeds.Key) bool
	// Logger receives warnings about the files of Folder. Nil: slog.Default.
	Logger *slog.Logger
}

// Recorder counts polls. It is safe for concurrent use. Record and Pushed of a nil
// Recorder do nothing.
type Recorder struct {
	known   func(feeds.Key) bool
	log     *slog.Logger
	queue   chan queued
	dropped atomic.Int64 // polls that found the queue full
	hidden  atomic.Int64 // polls that hide who asked

	mu      sync.Mutex // guards the fields below; Record does not take it
	today   *day
	totals  totals
	agents  agents
	history *history
	path    string // of the file for today; empty: there is none
	saved   int64  // today.answers when the file was last written; -1: the file is not of today
	failing bool   // the last write failed, which has been logged

	written os.FileInfo // of the file for today when it was last written; nil: it was not
}

const (
	drainBusy = 25 * time.Millisecond  // between counting what is queued, while many polls come
	drainIdle = 250 * time.Millisecond // the same while few come
	saveEvery = 5 * time.Minute        // between writing today's figures; a crash loses so much
)

// New returns a Recorder that continues with the figures in opt.Folder. It cannot
// fail: files that cannot be read or written are logged, and a damaged one is
// renamed and replaced by an empty one. The caller must call Close.
func New(opt Options) *Recorder {
	r := &Recorder{
		known: opt.Known, log: cmp.Or(opt.Logger, slog.Default()), queue: make(chan queued, queueSize),
		totals: totals{polls: map[pollLabels]int64{}, bytes: map[documentLabels]traffic{}}, agents: agents{},
	}
	r.open(opt.Folder, dayOf(time.Now()))
	return r
}

// Close writes what has not been written and closes the files. Call it after Run
// has returned. Afterwards Site and Feed know only what is in memory.
func (r *Recorder) Close() {
	r.drain(time.Now())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.save()
	r.history.close()
}

// Run counts what is recorded, ends the day at midnight (UTC) and writes today's
// figures every five minutes, until ctx ends; then it returns nil. Call it once.
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

// count adds one poll to the figures.
func (r *Recorder) count(q *queued) {
	a := r.agents.parse(q.agent[:q.agentLen])
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

// save writes today's figures, if they have changed, and the days that have ended.
func (r *Recorder) save() {
	err := r.history.flush(r.today.date)
	if r.path != "" && r.saved != r.today.answers {
		if e := r.today.write(r.path); e != nil {
			err = cmp.Or(err, e)
			if r.saved < 0 {
				os.Remove(r.path) // it holds the key of a day that has ended
			}
		} else {
			r.saved = r.today.answers
			r.written, _ = os.Stat(r.path)
		}
	}
	if err != nil && !r.failing {
		r.log.Warn("figures of subscribers not written; they are kept in memory", "err", err)
	}
	r.failing = err != nil
}
