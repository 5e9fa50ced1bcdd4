package stats

import (
	"encoding/binary"
	"net/netip"
	"time"

	"feedmill/feeds"
)

// queueSize is how many polls can wait to be counted: as many as come within
// drainIdle at 60,000 a second.
const queueSize = 16 * 1024

// Record counts a poll. It takes well under a microsecond, and neither waits nor
// allocates: a poll that finds the queue full is dropped, and counted as dropped.
// It keeps p.Key, and copies what it needs of p.Agent and p.Tag.
func (r *Recorder) Record(p feeds.Poll) {
	if r == nil {
		return
	}
	if p.Hidden {
		r.hidden.Add(1)
	}
	q := queued{
		key: p.Key, format: p.Format, unix: p.Time.Unix(),
		sent: max(0, p.Sent), full: max(0, p.Full), status: uint16(min(max(0, p.Status), 999)),
		document: hashTag(p.Tag), wait: uint32(min(max(0, p.MaxAge/time.Second), 1<<31)),
		conditional: p.Conditional, delta: p.Delta, network: network(p.Client),
	}
	q.agentLen = uint16(copy(q.agent[:], p.Agent))
	r.enqueue(&q)
}

// Pushed counts a document, or the new items of one, that was delivered to a
// subscriber without being asked for; sent is in bytes. It does not wait either.
func (r *Recorder) Pushed(key feeds.Key, format feeds.Format, sent int64, at time.Time) {
	if r != nil {
		r.enqueue(&queued{key: key, format: format, sent: max(0, sent), unix: at.Unix(), push: true})
	}
}

func (r *Recorder) enqueue(q *queued) {
	select {
	case r.queue <- *q:
	default:
		r.dropped.Add(1)
	}
}

// agentBytes is how much of a User-Agent is looked at.
const agentBytes = 256

// queued is a poll, or a push, that waits to be counted. It refers to no memory
// of the request.
type queued struct {
	key                      feeds.Key
	unix, sent, full         int64
	network                  uint64 // tells clients apart
	document                 uint32 // tells documents apart; zero: unknown
	wait                     uint32 // seconds for which the client was told not to ask again
	status, agentLen         uint16
	format                   feeds.Format
	conditional, delta, push bool
	agent                    [agentBytes]byte
}

// day is the day that q counts on, which is never after today.
func (q *queued) day(today date) date { return min(dayOf(time.Unix(q.unix, 0)), today) }

// network is the part of an address that tells clients apart: all of IPv4, and of
// IPv6 the first 64 bits, because one client commonly has all addresses below
// them. It is zero without an address.
func network(a netip.Addr) uint64 {
	a = a.Unmap()
	switch b := a.As16(); {
	case a.Is4():
		return uint64(binary.BigEndian.Uint32(b[12:]))
	case a.Is6():
		return binary.BigEndian.Uint64(b[:8])
	}
	return 0
}

// hashTag turns an entity tag into a number that is the same after a restart;
// zero for an empty tag only.
func hashTag(s string) uint32 {
	if s == "" {
		return 0
	}
	h := fnv1a(s)
	return max(1, uint32(h^h>>32))
}

// fnv1a is the 64-bit FNV-1a hash. That of hash/fnv allocates.
func fnv1a(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
