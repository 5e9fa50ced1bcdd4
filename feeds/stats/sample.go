package stats

import "maps"

// sample holds what is known of the clients of one feed: of all clients at level
// 0, and of a random share of 1/2^level of them at a higher level.
type sample struct {
	clients map[uint64]client // by hash
	level   uint8
}

// client is what is known of one client of a feed. stats.today holds its fields in
// this order.
type client struct {
	Last     uint32 // when it last asked, in seconds since the day began
	Wait     uint32 // for how many seconds it was told not to ask again
	Document uint32 // which document it has, as hashTag; zero: unknown
	Format   uint8  // of the document it last asked for
	Misused  uint8  // what it has been counted for: misusedUnconditional, misusedTooOften
}

const (
	misusedUnconditional = 1 << iota
	misusedTooOften
)

// includes reports whether the client with this hash belongs to the sample.
func (s *sample) includes(hash uint64) bool { return hash>>(64-s.level) == 0 }

// weight is the number of clients that each client of the sample stands for.
func (s *sample) weight() int64 { return 1 << s.level }

// halve drops half of the clients and raises the level. What was counted stays.
func (s *sample) halve() {
	s.level++
	maps.DeleteFunc(s.clients, func(hash uint64, _ client) bool { return !s.includes(hash) })
}
