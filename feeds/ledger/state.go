package ledger

import (
	"crypto/rand"
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// State tells ledgers, and the states of one, apart.
type State struct {
	Instance   [16]byte // of the ledger, random
	Generation uint64   // goes up with each Flush that writes
}

func newInstance() (i [16]byte) {
	rand.Read(i[:]) // never fails
	return i
}

var (
	keyInstance   = []byte("instance")
	keyGeneration = []byte("generation")
)

// load reads the state, or begins one.
func (s *State) load(meta *bbolt.Bucket) error {
	if v := meta.Get(keyInstance); len(v) == len(s.Instance) {
		copy(s.Instance[:], v)
	} else if err := meta.Put(keyInstance, s.Instance[:]); err != nil {
		return err
	}
	if v := meta.Get(keyGeneration); len(v) == 8 {
		s.Generation = binary.BigEndian.Uint64(v)
	}
	return nil
}

// step notes that there is another generation.
func (s *State) step(meta *bbolt.Bucket) error {
	return meta.Put(keyGeneration, binary.BigEndian.AppendUint64(nil, s.Generation+1))
}

// State is that of what is on disk, or in the memory of a ledger that does not
// last.
func (l *Ledger) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}
