package stats

import (
	"net/http"

	"feedmill/feeds"
)

// tally is what was counted for one feed on the open day.
type tally struct {
	Figures // without Subscribers and Readers
	sample
	single  map[string]int64   // clients of apps, by reader
	stated  map[claimant]int64 // the last number that each claimant stated
	present map[string]bool    // services that polled without a number
}

// claimant is what states a number of subscribers: a service, for one of its ids.
// A service that states no ids states one number for each format.
type claimant struct {
	Reader string       `json:"reader"`
	ID     string       `json:"id,omitempty"`
	Format feeds.Format `json:"format"` // RSS where there is an ID
}

// maxIDs is how many ids of a service are kept for one feed and day, so that
// made-up ids cannot add up to any number. The first ones are kept.
const maxIDs = 16

// countService records the number of subscribers that a service states, and
// reports whether its claimant is new. A new one is left out unless there is room.
func (t *tally) countService(a *agent, format feeds.Format, room bool) (isNew bool) {
	if !a.stated {
		t.present = added(t.present, a.name, true)
		return false
	}
	c := claimant{Reader: a.name, ID: a.id, Format: format}
	if a.id != "" {
		c.Format = 0
	}
	_, known := t.stated[c]
	if !known && (!room || t.ids(a.name) >= maxIDs) {
		return false
	}
	t.stated = added(t.stated, c, a.subscribers)
	return !known
}

func (t *tally) ids(reader string) (n int) {
	for c := range t.stated {
		n += int(oneIf(c.Reader == reader))
	}
	return n
}

// figures are the counts of the feed with Subscribers and Readers.
func (t *tally) figures() Figures {
	var f Figures
	f.add(&t.Figures)
	for name, n := range t.single {
		increase(&f.Readers, name, n)
	}
	stated := map[string]bool{}
	for c, n := range t.stated {
		increase(&f.Readers, c.Reader, n)
		stated[c.Reader] = true
	}
	for name := range t.present {
		if !stated[name] {
			increase(&f.Readers, name, 1) // it polls for one subscriber at least
		}
	}
	for _, n := range f.Readers {
		f.Subscribers += n
	}
	return f
}

// countMisuse counts what a known client does wrong in asking now, and returns
// what is known of it from then on. Not judged are a client that asks for another
// format than before, and HEAD, which costs nothing. The bytes of a poll that is
// wrong in both ways count once.
func (t *tally) countMisuse(before client, q *queued, second uint32, reader string) client {
	if q.isHead() {
		return before
	}
	now := q.client(second)
	now.Misused = before.Misused
	if before.Format != now.Format {
		return now
	}
	misused, cost := t.Misused(), q.sent
	if q.status == http.StatusOK && !q.conditional && now.Document != 0 && before.Document == now.Document {
		t.Unconditional.count(&now, misusedUnconditional, cost, t.weight())
		cost = 0
	}
	if now.Document == 0 {
		now.Document = before.Document
	}
	if passed := uint64(max(second, before.Last) - before.Last); passed*10 < uint64(before.Wait)*9 {
		t.TooOften.count(&now, misusedTooOften, cost, t.weight())
	}
	if cost := t.Misused() - misused; cost > 0 {
		increase(&t.MisusedBy, reader, cost)
	}
	return now
}

// client is what a poll tells about its client. The client has the document only
// if the answer contained it or confirmed that the client's copy is current.
func (q *queued) client(second uint32) client {
	c := client{Last: second, Format: uint8(q.format)}
	if q.isHead() {
		return c
	}
	c.Wait = q.wait
	switch q.status {
	case http.StatusOK, http.StatusIMUsed, http.StatusNotModified:
		c.Document = q.document
	}
	return c
}

// isHead reports whether q is a HEAD request that was answered with 200.
func (q *queued) isHead() bool { return q.status == http.StatusOK && q.sent == 0 }

// count adds a poll of a client, which stands for weight clients.
func (m *Misuse) count(c *client, kind uint8, sent, weight int64) {
	if c.Misused&kind == 0 {
		c.Misused |= kind
		m.Clients += weight
	}
	m.Polls += weight
	m.Bytes += sent * weight
}

func added[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[k] = v
	return m
}
