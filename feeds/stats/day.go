package stats

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"feedmill/feeds"
)

// date counts days in UTC since 1970.
type date int64

const secondsOfDay = 24 * 60 * 60

func dayOf(t time.Time) date { return date(t.Unix() / secondsOfDay) }

// String is the date as in "2026-11-25".
func (d date) String() string {
	return time.Unix(int64(d)*secondsOfDay, 0).UTC().Format(time.DateOnly)
}

// How much is kept of one day at most.
const (
	maxFeeds       = 16384
	maxFeedClients = 8192
	maxClients     = 16 * maxFeedClients // of all feeds
	maxClaimants   = 65536               // of all feeds
)

// day is the open day: the one that polls are counted on.
type day struct {
	date    date
	key     [24]byte // of the hashes of clients
	tallies map[feeds.Key]*tally
	clients int   // in the samples of all tallies
	claims  int   // in all tallies
	answers int64 // counted, whether for a known feed or not
}

func newDay(d date) *day {
	open := &day{date: d, tallies: map[feeds.Key]*tally{}}
	rand.Read(open.key[:]) // never fails
	return open
}

// tally returns the counts of a feed, nil if it is unknown or there are too many
// feeds. All composed feeds share one tally, because anybody can make up any number
// of them.
func (d *day) tally(k feeds.Key, known func(feeds.Key) bool) *tally {
	if k.Kind == feeds.Composed {
		k.Slug = ""
	}
	t := d.tallies[k]
	if t == nil && len(d.tallies) < maxFeeds && (k.Kind == feeds.Composed || known == nil || known(k)) {
		t = &tally{}
		d.tallies[k] = t
	}
	return t
}

// count adds a poll to the counts of its feed, and updates its client.
func (d *day) count(t *tally, q *queued, a *agent) {
	t.Figures.count(q)
	if q.push {
		return
	}
	if q.status < 400 && a.family == service {
		d.claims += int(oneIf(t.countService(a, q.format, d.claims < maxClaimants)))
	}
	hash := d.hash(q, a)
	if !t.includes(hash) {
		return
	}
	second := uint32(min(max(0, q.unix-int64(d.date)*secondsOfDay), secondsOfDay-1))
	before, known := t.clients[hash]
	switch {
	case known:
		t.clients[hash] = t.countMisuse(before, q, second, a.name)
		return
	case q.status >= 400:
		return // an error makes no subscriber
	}
	if a.family == app {
		increase(&t.single, a.name, t.weight())
	}
	t.clients = added(t.clients, hash, q.client(second))
	d.clients++
	for len(t.clients) > maxFeedClients {
		d.halve(t)
	}
	for d.clients > maxClients {
		d.halveLargest()
	}
}

func (d *day) halve(t *tally) {
	d.clients -= len(t.clients)
	t.halve()
	d.clients += len(t.clients)
}

// halveLargest halves all samples that are larger than half of the largest: many
// in one call, because a call goes through all feeds.
func (d *day) halveLargest() {
	largest := 0
	for _, t := range d.tallies {
		largest = max(largest, len(t.clients))
	}
	for _, t := range d.tallies {
		if len(t.clients) > largest/2 {
			d.halve(t)
		}
	}
}

// hash tells the clients of a feed apart: services by their name, all others by
// network address and User-Agent. The day's key is part of what is hashed, which
// fits one block of SHA-256.
func (d *day) hash(q *queued, a *agent) uint64 {
	network := q.network
	if a.family == service {
		network = 0 // services poll from anywhere
	}
	b := append(make([]byte, 0, 55), d.key[:]...)
	b = binary.BigEndian.AppendUint64(b, network)
	b = append(b, a.hash[:12]...)
	b = binary.BigEndian.AppendUint64(b, fnv1a(q.key.Slug))
	b = append(b, byte(q.key.Kind))
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:])
}
