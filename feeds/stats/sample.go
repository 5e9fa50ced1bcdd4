package stats

// sample holds what is known of the clients of one feed: of all of them at
// first, later of a random half, quarter, …, which its level says.
type sample struct {
	marks map[uint64]mark
	level uint8
}

// mark is what is known of one client.
type mark struct {
	Last     uint32 // when it last asked, in seconds of the day
	Wait     uint32 // for how many seconds it was told not to
	Document uint32 // what it got
	Format   uint8
	Seen     uint8 // what it has been counted for
}

const (
	seenUnconditional = 1 << iota
	seenTooOften
)

// holds reports whether a client belongs to the sample.
func (s *sample) holds(client uint64) bool { return client>>(64-s.level) == 0 }

// weight is for how many clients each in the sample stands.
func (s *sample) weight() int64 { return 1 << s.level }

// thin drops half of the clients. Those that were counted stay counted.
func (s *sample) thin() {
	s.level++
	for client := range s.marks {
		if !s.holds(client) {
			delete(s.marks, client)
		}
	}
	if len(s.marks) == 0 {
		s.marks = nil
	}
}
