package ledger

import (
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// state tells ledgers, and the states of one, apart.
type state struct {
	instance   [16]byte // of the ledger, random
	generation uint64   // goes up with each Flush that writes
}

var (
	keyInstance   = []byte("instance")
	keyGeneration = []byte("generation")
)

// load reads the state, or begins one.
func (s *state) load(meta *bbolt.Bucket) error {
	if v := meta.Get(keyInstance); len(v) == len(s.instance) {
		copy(s.instance[:], v)
	} else if err := meta.Put(keyInstance, s.instance[:]); err != nil {
		return err
	}
	if v := meta.Get(keyGeneration); len(v) == 8 {
		s.generation = binary.BigEndian.Uint64(v)
	}
	return nil
}

// State tells ledgers apart by a random number, and the states of one by how
// often it was written: that of what is on disk, or in the memory of a ledger
// that does not last.
func (l *Ledger) State() (instance [16]byte, generation uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.instance, l.state.generation
}
