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

// What a day keeps at most.
const (
	maxFeeds     = 16384
	maxFeedMarks = 8192
	maxMarks     = 16 * maxFeedMarks
	maxClaimants = 65536
)

// day is the day that is open.
type day struct {
	date    date
	key     [24]byte // of the clients' hashes
	tallies map[feeds.Key]*tally
	marks   int   // in all samples
	claims  int   // of services, in all tallies
	answers int64 // counted, by feed or not
}

func newDay(d date) *day {
	open := &day{date: d, tallies: map[feeds.Key]*tally{}}
	rand.Read(open.key[:]) // never fails
	return open
}

// tally is that of a feed, nil for none. Composed feeds, of which anybody can
// think up any number, share one.
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

// count adds an answer to what is known of a feed and its client.
func (d *day) count(t *tally, f *queued, a *agent) {
	t.Figures.count(f)
	if f.push {
		return
	}
	if f.status < 400 && a.family == Service {
		d.claims += int(one(t.state(a, f.format, d.claims < maxClaimants)))
	}
	client := d.client(f, a)
	if !t.holds(client) {
		return
	}
	second := uint32(min(max(0, f.unix-int64(d.date)*secondsOfDay), secondsOfDay-1))
	before, known := t.marks[client]
	switch {
	case known:
		t.marks[client] = t.judge(before, f, second, a.name)
		return
	case f.status >= 400:
		return // what somebody did not get makes no subscriber
	}
	if a.family == App {
		t.subscribe(a.name, t.weight())
	}
	t.marks = added(t.marks, client, f.mark(second))
	d.marks++
	for len(t.marks) > maxFeedMarks {
		before := len(t.marks)
		t.thin()
		d.marks -= before - len(t.marks)
	}
	for d.marks > maxMarks {
		d.thin()
	}
}

// thin halves the largest samples: many at once, since it has to look at all.
func (d *day) thin() {
	largest := 0
	for _, t := range d.tallies {
		largest = max(largest, len(t.marks))
	}
	for _, t := range d.tallies {
		if before := len(t.marks); before > largest/2 {
			t.thin()
			d.marks -= before - len(t.marks)
		}
	}
}

// client tells the clients of a feed apart, services wherever they poll from, all
// others by address and User-Agent: a hash that needs the key of the day. The
// input fits one block of SHA-256.
func (d *day) client(f *queued, a *agent) uint64 {
	address := f.network
	if a.family == Service {
		address = 0
	}
	b := append(make([]byte, 0, 55), d.key[:]...)
	b = binary.BigEndian.AppendUint64(b, address)
	b = append(b, a.who[:12]...)
	b = binary.BigEndian.AppendUint64(b, fnv1a(f.key.Slug))
	b = append(b, byte(f.key.Kind))
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:])
}
