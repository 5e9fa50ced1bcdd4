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
	Readers       map[string]int64 `json:"readers,omitempty"`    // subscribers by reader: as a service states, one for each client of an app
	Polls         int64            `json:"polls"`                // requests for a document
	Status        map[int]int64    `json:"status,omitempty"`     // polls by status of the answer; 0 stands for all rare ones
	Conditional   int64            `json:"conditional"`          // polls that named what the client had
	DeltasAsked   int64            `json:"deltas_asked"`         // polls that asked for new items only
	Deltas        int64            `json:"deltas"`               // polls that got new items only (226)
	Sent          int64            `json:"sent_bytes"`           // bytes of documents, as they were coded
	Saved         int64            `json:"saved_bytes"`          // bytes not sent because of 304, 226 and codings
	Pushes        int64            `json:"pushes"`               // deliveries without a request
	PushedBytes   int64            `json:"pushed_bytes"`         // bytes of these deliveries
	Unconditional Misuse           `json:"unconditional"`        // polls without a condition that got a document which the client got before, that day
	TooOften      Misuse           `json:"too_often"`            // polls before nine tenths of the time were over that the client was told to wait
	MisusedBy     map[string]int64 `json:"misused_by,omitempty"` // bytes of both by reader, of any family
}

// Misuse is what clients that misbehave in one way cost. The bytes of a poll that is
// both Unconditional and TooOften are in Unconditional only.
type Misuse struct {
	Clients int64 `json:"clients"` // a service is one client
	Polls   int64 `json:"polls"`
	Bytes   int64 `json:"bytes"` // sent in answer
}

// Misused is what clients that misbehave cost, in bytes.
func (f Figures) Misused() int64 { return f.Unconditional.Bytes + f.TooOften.Bytes }

// NotModified is the number of polls that were answered with 304.
func (f Figures) NotModified() int64 { return f.Status[http.StatusNotModified] }

// Sum adds up the figures of several days. Its Subscribers and Readers are those of
// the day with the most subscribers: they are largely the same people each day.
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

// add adds the figures of another feed, or day.
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

// keepLargest adds up all but the n readers with the most subscribers as "Other",
// and all but the n that cost most.
func (f *Figures) keepLargest(n int) {
	f.Readers, f.MisusedBy = largest(f.Readers, n), largest(f.MisusedBy, n)
}

func largest(by map[string]int64, n int) map[string]int64 {
	if len(by) <= n {
		return by
	}
	kept := map[string]int64{}
	for i, name := range Ranked(by) {
		if i < n {
			kept[name] += by[name]
		} else {
			kept[otherReader] += by[name]
		}
	}
	return kept
}

// Ranked lists the names with the largest numbers first, and equal ones by name.
func Ranked(by map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b))
	})
}

// numbers lists the counters in the order of a record.
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

// frequent are the statuses that are counted apart; all others are counted as 0.
var frequent = map[int]bool{
	http.StatusOK: true, http.StatusIMUsed: true, http.StatusNotModified: true, http.StatusPermanentRedirect: true,
	http.StatusNotFound: true, http.StatusGone: true, http.StatusTooManyRequests: true,
	http.StatusInternalServerError: true, http.StatusServiceUnavailable: true,
}

// count adds a poll, or a push, but for what depends on its client.
func (f *Figures) count(q *queued) {
	if q.push {
		f.Pushes++
		f.PushedBytes += q.sent
		return
	}
	f.Polls++
	f.Sent += q.sent
	f.Saved += q.saved()
	increase(&f.Status, q.countedStatus(), 1)
	f.Conditional += oneIf(q.conditional)
	f.DeltasAsked += oneIf(q.delta)
	f.Deltas += oneIf(q.status == http.StatusIMUsed)
}

// countedStatus is the status under which q is counted.
func (q *queued) countedStatus() int {
	if !frequent[int(q.status)] {
		return 0
	}
	return int(q.status)
}

// saved is by how many bytes the answer is smaller than the document that the
// client has after it.
func (q *queued) saved() int64 {
	switch q.status {
	case http.StatusOK, http.StatusIMUsed, http.StatusNotModified:
		return max(0, q.full-q.sent)
	}
	return 0
}

func oneIf(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
