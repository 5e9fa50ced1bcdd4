package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"go.etcd.io/bbolt"

	"feedmill/feeds/internal/packed"
)

// Every value in the file is sealed: behind it stand the number of the transaction that
// wrote it and a checksum over the bucket, the key, the value and that number. So a
// record that was altered, or lies under a key that is not its own, is known; and of two
// versions of one record, which is newer.
const (
	serialSize = 8
	sealSize   = serialSize + 8
)

// seal appends the seal of the value that b has from start on.
func seal(b []byte, start int, bucket, key []byte, serial uint64) []byte {
	b = binary.BigEndian.AppendUint64(b, serial)
	return binary.BigEndian.AppendUint64(b, checksum(bucket, key, b[start:]))
}

func checksum(bucket, key, value []byte) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(uint64(len(bucket))<<32 | uint64(len(key)))
	d.Write(bucket)
	d.Write(key)
	d.Write(value)
	return d.Sum64()
}

// unseal returns the value that was sealed, and when; not ok if the seal is broken.
func unseal(bucket, key, v []byte) (value []byte, serial uint64, ok bool) {
	n := len(v) - sealSize
	if n < 0 || binary.BigEndian.Uint64(v[n+serialSize:]) != checksum(bucket, key, v[:n+serialSize]) {
		return nil, 0, false
	}
	return v[:n:n], binary.BigEndian.Uint64(v[n:]), true
}

// sealOf is what a sealed record adds to the sum of its bucket.
func sealOf(v []byte) uint64 { return binary.BigEndian.Uint64(v[len(v)-8:]) }

// open is unseal with an error that names the key.
func open(bucket, key, v []byte) ([]byte, error) {
	value, _, ok := unseal(bucket, key, v)
	if !ok {
		return nil, fmt.Errorf("%w: the record of %q in %s does not have the checksum that it was written with", errDamaged, key, bucket)
	}
	return value, nil
}

// tally is how many records a bucket has, and the sum of their checksums: a record that
// is missing, or is an older one, shows in it. The order of records does not matter, so
// that each change adjusts it.
type tally struct{ count, sum uint64 }

func (t *tally) add(v []byte)    { t.count, t.sum = t.count+1, t.sum+sealOf(v) }
func (t *tally) remove(v []byte) { t.count, t.sum = t.count-1, t.sum-sealOf(v) }

// summary is what the file says of itself, anew in each transaction.
type summary struct {
	state
	serial     uint64 // of the transaction that wrote it, counted over all files
	txn        uint64 // the same as bbolt counts it in this file
	begun      bool   // only a part of the first articles is on disk: see forgetBegun
	old        bool   // there can be records with old digests: see upgrade.go
	incomplete bool   // records are lost of which not even the path is known
	parts      [len(parts)]tally
}

// keySummary is in the meta bucket.
var keySummary = []byte("summary")

func (s *summary) append(b []byte) []byte {
	b = append(b, s.instance[:]...)
	b = binary.AppendUvarint(binary.AppendUvarint(b, s.generation), s.txn)
	for _, flag := range []bool{s.begun, s.old, s.incomplete} {
		n := byte(0)
		if flag {
			n = 1
		}
		b = append(b, n)
	}
	for _, t := range s.parts {
		b = binary.BigEndian.AppendUint64(binary.AppendUvarint(b, t.count), t.sum)
	}
	return b
}

// parseSummary reads the sealed value of keySummary.
func parseSummary(v []byte) (s summary, err error) {
	value, serial, ok := unseal(bucketMeta, keySummary, v)
	if !ok {
		return s, fmt.Errorf("%w: what it says of itself has another checksum", errDamaged)
	}
	r := packed.NewReader(value)
	s.serial = serial
	copy(s.instance[:], r.Fixed(len(s.instance)))
	s.generation, s.txn = r.Uvarint(), r.Uvarint()
	for _, flag := range []*bool{&s.begun, &s.old, &s.incomplete} {
		b := r.Fixed(1)
		*flag = len(b) == 1 && b[0] == 1
	}
	for i := range s.parts {
		s.parts[i].count = r.Uvarint()
		if sum := r.Fixed(8); sum != nil {
			s.parts[i].sum = binary.BigEndian.Uint64(sum)
		}
	}
	if r.Err() != nil {
		return summary{}, fmt.Errorf("%w: what it says of itself: %w", errDamaged, r.Err())
	}
	return s, nil
}

// partOf is the place of a bucket in parts; -1 for another.
func partOf(bucket []byte) int {
	for i, name := range parts {
		if bytes.Equal(name, bucket) {
			return i
		}
	}
	return -1
}

// recordWriter writes many records in one transaction, and counts them. What it stores
// lies in few pieces of memory, which bbolt needs until the end. After an error it does
// nothing.
type recordWriter struct {
	tx      *bbolt.Tx
	sum     summary // of the file with what is written
	buckets [len(parts)]*bbolt.Bucket
	fresh   bool // no key is there yet
	room    []byte
	err     error
}

func newRecordWriter(tx *bbolt.Tx, before summary) *recordWriter {
	w := &recordWriter{tx: tx, sum: before}
	w.sum.serial, w.sum.txn = w.sum.serial+1, uint64(tx.ID())
	for i, name := range parts {
		if w.buckets[i] = tx.Bucket(name); w.buckets[i] == nil {
			w.err = fmt.Errorf("%w: part %q is missing", errDamaged, name)
		}
	}
	return w
}

// store puts what build appends, about n bytes, under a key.
func (w *recordWriter) store(bucket []byte, key string, n int, build func([]byte) []byte) {
	if n += sealSize; cap(w.room)-len(w.room) < n {
		w.room = make([]byte, 0, max(n, 1<<18))
	}
	start := len(w.room)
	w.room = seal(build(w.room), start, bucket, []byte(key), w.sum.serial)
	w.put(bucket, []byte(key), w.room[start:len(w.room):len(w.room)])
}

// put puts a sealed value under a key.
func (w *recordWriter) put(bucket, key, v []byte) {
	i := partOf(bucket)
	if !w.fresh {
		w.forget(i, key)
	}
	if w.err == nil {
		w.sum.parts[i].add(v)
		w.err = w.buckets[i].Put(key, v) // of the key, bbolt makes a copy
	}
}

// forget takes a record that is about to be replaced or erased out of the sum.
func (w *recordWriter) forget(i int, key []byte) (was bool) {
	if w.err != nil {
		return false
	}
	v := w.buckets[i].Get(key)
	if v == nil {
		return false
	}
	if _, w.err = open(parts[i], key, v); w.err == nil {
		w.sum.parts[i].remove(v)
	}
	return w.err == nil
}

func (w *recordWriter) erase(bucket []byte, key string) {
	i := partOf(bucket)
	if w.forget(i, []byte(key)) {
		w.err = w.buckets[i].Delete([]byte(key))
	}
}

// finish writes what the file says of itself.
func (w *recordWriter) finish() error {
	if w.err == nil {
		w.err = w.tx.Bucket(bucketMeta).Put(keySummary, seal(w.sum.append(nil), 0, bucketMeta, keySummary, w.sum.serial))
	}
	return w.err
}

// state tells ledgers, and the states of one, apart.
type state struct {
	instance   [16]byte // of the ledger, random
	generation uint64   // goes up with each Flush that writes
}

// State tells ledgers apart by a random number, and the states of one by how
// often it was written: that of what is on disk, or in the memory of a ledger
// that does not last.
func (l *Ledger) State() (instance [16]byte, generation uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.instance, l.state.generation
}
