package server

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"feedmill/feeds/front"
)

const (
	maxRepeats  = 100     // whole fetches of unchanged bytes by one client within the document's max-age
	repeatSlots = 1 << 13 // 40 bytes each
)

// repeats counts how often a client fetches the same unchanged document as a
// whole. Its memory is fixed: where two share a slot, the later takes it over,
// so that clients are forgotten early and never taken for each other. It is safe
// for concurrent use.
type repeats struct {
	seed  maphash.Seed
	slots [repeatSlots]repeat
}

type repeat struct {
	mu    sync.Mutex
	key   uint64
	until time.Time
	n     int
}

func newRepeats() *repeats { return &repeats{seed: maphash.MakeSeed()} }

// count counts one fetch of the whole of a document and returns how long the client
// had better wait, zero while all is well. RFC 6585 §4.
func (x *repeats) count(client netip.Prefix, out *representation, now time.Time) time.Duration {
	var h maphash.Hash
	h.SetSeed(x.seed)
	addr := client.Addr().As16()
	h.Write(addr[:])
	h.WriteString(out.Path)
	h.WriteByte(0)
	h.WriteString(out.tag)
	key := h.Sum64()
	s := &x.slots[key%repeatSlots]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != key || !now.Before(s.until) {
		s.key, s.until, s.n = key, now.Add(out.fresh), 0
	}
	s.n++
	if s.n <= maxRepeats {
		return 0
	}
	return s.until.Sub(now)
}

func tooMany(wait time.Duration) front.Answer {
	seconds := strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
	return text(http.StatusTooManyRequests, "this has not changed: ask with If-None-Match, or less often\n", noStore, front.One("Retry-After", seconds))
}
