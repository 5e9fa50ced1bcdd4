package stats

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
)

// Figures are what was counted for a feed, or for all feeds, in a day.
type Figures struct {
	Subscribers   int64            `json:"subscribers"`          // of all readers
	Readers       map[string]int64 `json:"readers,omitempty"`    // subscribers by reader: services as they state, apps one a client
	Polls         int64            `json:"polls"`                // requests for a document
	Status        map[int]int64    `json:"status,omitempty"`     // polls by status of the answer; 0 for all rare ones
	Conditional   int64            `json:"conditional"`          // polls that named what the client had
	DeltasAsked   int64            `json:"deltas_asked"`         // polls that asked for what is new only
	Deltas        int64            `json:"deltas"`               // and got it (226)
	Sent          int64            `json:"sent_bytes"`           // bytes of documents
	Saved         int64            `json:"saved_bytes"`          // bytes not sent because of 304, 226 and codings
	Pushes        int64            `json:"pushes"`               // deliveries to subscribers who did not ask again
	PushedBytes   int64            `json:"pushed_bytes"`         //
	Unconditional Misuse           `json:"unconditional"`        // a whole document to a client that got the same one before, that day
	TooOften      Misuse           `json:"too_often"`            // asked again in less than nine tenths of the time it was told to wait
	MisusedBy     map[string]int64 `json:"misused_by,omitempty"` // bytes of both by reader, of any family
}

// Misuse is what clients that behave badly cost. A poll may be misuse of both kinds;
// its bytes are then those of Unconditional alone.
type Misuse struct {
	Clients int64 `json:"clients"` // how many; a service is one
	Polls   int64 `json:"polls"`
	Bytes   int64 `json:"bytes"` // sent in answer
}

// Misused is what clients that behave badly cost, in bytes.
func (f Figures) Misused() int64 { return f.Unconditional.Bytes + f.TooOften.Bytes }

// NotModified is the number of polls that were answered with 304.
func (f Figures) NotModified() int64 { return f.Status[http.StatusNotModified] }

// Sum adds up the figures of several days. Its subscribers, who are largely the
// same people each day, are those of the day that had the most.
func Sum(days []Day) Figures {
	var sum Figures
	for _, d := range days {
		most, readers := sum.Subscribers, sum.Readers
		if d.Subscribers >= most {
			most, readers = d.Subscribers, maps.Clone(d.Readers)
		}
		sum.add(&d.Figures)
		sum.Subscribers, sum.Readers = most, readers
	}
	return sum
}

// add adds the figures of another feed.
func (f *Figures) add(o *Figures) {
	more := o.numbers()
	for i, n := range f.numbers() {
		*n += *more[i]
	}
	for status, n := range o.Status {
		increase(&f.Status, status, n)
	}
	for name, n := range o.Readers {
		increase(&f.Readers, name, n)
	}
	for name, n := range o.MisusedBy {
		increase(&f.MisusedBy, name, n)
	}
	f.Subscribers += o.Subscribers
}

// foldReaders keeps the n readers with the most subscribers apart from one another,
// and those that cost most.
func (f *Figures) foldReaders(n int) {
	f.Readers, f.MisusedBy = folded(f.Readers, n), folded(f.MisusedBy, n)
}

func folded(by map[string]int64, n int) map[string]int64 {
	if len(by) <= n {
		return by
	}
	names := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b))
	})
	kept := map[string]int64{}
	for i, name := range names {
		if i >= n {
			name = otherReader
		}
		kept[name] += by[names[i]]
	}
	return kept
}

// numbers lists the counters in the order of the file.
func (f *Figures) numbers() [14]*int64 {
	return [...]*int64{
		&f.Polls, &f.Conditional, &f.DeltasAsked, &f.Deltas, &f.Sent, &f.Saved, &f.Pushes, &f.PushedBytes,
		&f.Unconditional.Clients, &f.Unconditional.Polls, &f.Unconditional.Bytes,
		&f.TooOften.Clients, &f.TooOften.Polls, &f.TooOften.Bytes,
	}
}

func increase[K comparable](m *map[K]int64, k K, by int64) {
	if *m == nil {
		*m = map[K]int64{}
	}
	(*m)[k] += by
}

// frequent are the statuses that are counted one by one.
var frequent = map[int]bool{
	http.StatusOK: true, http.StatusIMUsed: true, http.StatusNotModified: true, http.StatusPermanentRedirect: true,
	http.StatusNotFound: true, http.StatusGone: true, http.StatusTooManyRequests: true,
	http.StatusInternalServerError: true, http.StatusServiceUnavailable: true,
}

// count adds an answer, as far as it does not matter whose it is.
func (f *Figures) count(a *queued) {
	if a.push {
		f.Pushes++
		f.PushedBytes += a.sent
		return
	}
	f.Polls++
	f.Sent += a.sent
	f.Saved += a.savings()
	increase(&f.Status, a.kindOfStatus(), 1)
	f.Conditional += one(a.conditional)
	f.DeltasAsked += one(a.delta)
	f.Deltas += one(a.status == http.StatusIMUsed)
}

func (a *queued) kindOfStatus() int {
	if !frequent[int(a.status)] {
		return 0
	}
	return int(a.status)
}

// savings is how much less than the whole document was sent to somebody who now
// has all of it.
func (a *queued) savings() int64 {
	switch a.status {
	case http.StatusOK, http.StatusIMUsed, http.StatusNotModified:
		return max(0, a.full-a.sent)
	}
	return 0
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
