package stats

import (
	"hash/maphash"
	"sync/atomic"

	"feedmill/feeds"
)

// The buffers hold what comes within drainIdle at 60,000 answers a second.
const (
	shards     = 8
	shardSlots = 2048
)

// buffer holds facts until they are counted. One client's facts go through one
// shard and keep their order.
type buffer [shards]*shard

// shard is a bounded queue of many writers and one reader, without locks: a slot
// is free for position p of the queue when its turn is p, and full when it is p+1.
type shard struct {
	tail    atomic.Uint64 // next position to write
	_       [56]byte      // writers and the reader share no cache line
	dropped atomic.Int64
	head    uint64 // next position to read; the reader's alone
	slots   [shardSlots]slot
}

type slot struct {
	turn atomic.Uint64
	fact fact
}

var seed = maphash.MakeSeed()

func newBuffer() *buffer {
	b := &buffer{}
	for i := range b {
		b[i] = &shard{}
		for p := range b[i].slots {
			b[i].slots[p].turn.Store(uint64(p))
		}
	}
	return b
}

func (b *buffer) shard(a *feeds.Poll) *shard {
	h := maphash.String(seed, a.Agent) ^ network(a.Client)*0x9e3779b97f4a7c15
	return b[(h^h>>32)%shards]
}

// claim gives the caller a slot to fill and then publish, or nil, counting a
// drop, if there is none.
func (s *shard) claim() (*slot, uint64) {
	for {
		pos := s.tail.Load()
		at := &s.slots[pos%shardSlots]
		switch turn := at.turn.Load(); {
		case turn < pos:
			s.dropped.Add(1)
			return nil, 0
		case turn == pos && s.tail.CompareAndSwap(pos, pos+1):
			return at, pos
		}
	}
}

func (s *slot) publish(pos uint64) { s.turn.Store(pos + 1) }

// take appends all facts that are waiting to batch.
func (b *buffer) take(batch []fact) []fact {
	for _, s := range b {
		for range shardSlots {
			at := &s.slots[s.head%shardSlots]
			if at.turn.Load() != s.head+1 {
				break
			}
			batch = append(batch, at.fact)
			at.turn.Store(s.head + shardSlots)
			s.head++
		}
	}
	return batch
}

// dropped is the number of facts that found no room.
func (b *buffer) dropped() (n int64) {
	for _, s := range b {
		n += s.dropped.Load()
	}
	return n
}
