package stats

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"feedmill/feeds"
)

// Record counts a poll. It takes well under a microsecond, and neither waits nor
// allocates. It keeps Key, and copies what it needs of Agent and Tag.
func (r *Recorder) Record(a feeds.Poll) {
	if r == nil {
		return
	}
	s, pos := r.buffer.shard(&a).claim()
	if s == nil {
		return
	}
	f := &s.fact
	f.key, f.unix, f.sent, f.full = a.Key, a.Time.Unix(), max(0, a.Sent), max(0, a.Full)
	f.document, f.wait = fold(a.Tag), uint32(min(max(0, a.MaxAge/time.Second), 1<<31))
	f.status, f.format = uint16(min(max(0, a.Status), 999)), a.Format
	f.conditional, f.delta, f.push = a.Conditional, a.Delta, false
	f.client = network(a.Client)
	f.agentLen = uint16(copy(f.agent[:], a.Agent))
	s.publish(pos)
}

// Pushed counts a document, or the news of one, that was delivered to a
// subscriber who did not ask again; sent is in bytes. It does not wait either.
func (r *Recorder) Pushed(key feeds.Key, format feeds.Format, sent int64, at time.Time) {
	if r == nil {
		return
	}
	s, pos := r.buffer[0].claim()
	if s == nil {
		return
	}
	f := &s.fact
	f.key, f.format, f.sent, f.unix = key, format, max(0, sent), at.Unix()
	f.agentLen, f.push = 0, true
	s.publish(pos)
}

// agentBytes is how much of a User-Agent is looked at.
const agentBytes = 256

// fact is a poll while it waits to be counted.
type fact struct {
	key                      feeds.Key
	unix, sent, full         int64
	client                   uint64
	document                 uint32 // tells documents apart; zero: unknown
	wait                     uint32 // seconds
	status, agentLen         uint16
	format                   feeds.Format
	conditional, delta, push bool
	agent                    [agentBytes]byte
}

func inOrder(batch []fact) {
	slices.SortStableFunc(batch, func(a, b fact) int { return cmp.Compare(a.unix, b.unix) })
}

// network is the part of an address that tells clients apart: IPv4 whole, of
// IPv6 the first 64 bits, since whoever has one of those addresses has them all.
func network(a netip.Addr) uint64 {
	a = a.Unmap()
	if a.Is4() {
		b := a.As4()
		return uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	}
	if !a.Is6() {
		return 0
	}
	b, n := a.As16(), uint64(0)
	for _, x := range b[:8] {
		n = n<<8 | uint64(x)
	}
	return n
}

// fold makes a number of a text, the same one after a restart; zero of none.
func fold(s string) uint32 {
	if s == "" {
		return 0
	}
	h := fold64(s)
	return max(1, uint32(h^h>>32))
}

// fold64 is FNV-1a.
func fold64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
