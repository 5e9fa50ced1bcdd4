package stats

import (
	"net/http"

	"feedmill/feeds"
)

// tally is what was counted for one feed on the day that is open.
type tally struct {
	Figures // without subscribers
	sample
	single  map[string]int64   // clients of apps, by reader
	stated  map[claimant]int64 // the last number of each service, for each of its ids
	present map[string]bool    // services that came without a number
}

// claimant is a service as it polls one document. One that names the feed has
// another name for each document.
type claimant struct {
	Reader string       `json:"reader"`
	ID     string       `json:"id,omitempty"`
	Format feeds.Format `json:"format"` // RSS where there is an ID
}

// How many ids one feed keeps of a service in a day. A flood of made-up ids stops
// there; those that came first stay right.
const maxIDs = 16

// state notes how many people a service polls for, and reports whether it has not
// been heard of before. If there is no room for another, it is left out.
func (t *tally) state(a *agent, format feeds.Format, room bool) (first bool) {
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

func (t *tally) ids(name string) (n int) {
	for c := range t.stated {
		n += int(one(c.Reader == name))
	}
	return n
}

// subscribe notes that a client of an app, which is new today, stands for n.
func (t *tally) subscribe(name string, n int64) { increase(&t.single, name, n) }

// figures are all that was counted so far.
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
			increase(&f.Readers, name, 1) // nobody polls for no one
		}
	}
	for _, n := range f.Readers {
		f.Subscribers += n
	}
	return f
}

// judge counts what a client of the feed does wrong, by what it did before. A
// client that asks for one feed in two formats is not judged, nor is HEAD, which
// costs nothing. What it cost counts once, also where it is wrong twice.
func (t *tally) judge(before mark, f *queued, second uint32, reader string) mark {
	if f.isHead() {
		return before
	}
	now := f.mark(second)
	now.Seen = before.Seen
	if before.Format != now.Format {
		return now
	}
	misused, cost := t.Misused(), f.sent
	if f.status == http.StatusOK && !f.conditional && now.Document != 0 && before.Document == now.Document {
		t.Unconditional.note(&now, seenUnconditional, cost, t.weight())
		cost = 0
	}
	if now.Document == 0 {
		now.Document = before.Document
	}
	if passed := uint64(max(second, before.Last) - before.Last); passed*10 < uint64(before.Wait)*9 {
		t.TooOften.note(&now, seenTooOften, cost, t.weight())
	}
	if cost := t.Misused() - misused; cost > 0 {
		increase(&t.MisusedBy, reader, cost)
	}
	return now
}

// mark is what an answer makes known of a client; it has a document only once that
// was sent, or said to be the one that it has.
func (f *queued) mark(second uint32) mark {
	m := mark{Last: second, Format: uint8(f.format)}
	if f.isHead() {
		return m
	}
	m.Wait = f.wait
	switch f.status {
	case http.StatusOK, http.StatusIMUsed, http.StatusNotModified:
		m.Document = f.document
	}
	return m
}

// isHead reports whether the whole document was asked for, but not its bytes.
func (f *queued) isHead() bool { return f.status == http.StatusOK && f.sent == 0 }

func (m *Misuse) note(client *mark, as uint8, sent, weight int64) {
	if client.Seen&as == 0 {
		client.Seen |= as
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
