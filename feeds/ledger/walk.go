package ledger

import (
	"iter"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// batch is how many records are read at a time, so that nobody waits for long.
const batch = 1000

// Paths lists where articles lie as far as is known, in no particular order.
// What changes meanwhile may be missing.
func (l *Ledger) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for path := range l.values(func(string, []byte) {}) {
			if !yield(path) {
				return
			}
		}
	}
}

// Records yields the record of every article that is there, by its path, in no
// particular order. What changes meanwhile may be missing, and so is what is
// damaged: see Check.
func (l *Ledger) Records() iter.Seq2[string, Record] {
	return func(yield func(string, Record) bool) {
		records := map[string]Record{}
		read := func(path string, v []byte) {
			if r, err := decode([]byte(path), v); err == nil {
				records[path] = r
			}
		}
		for path, r := range l.values(read) {
			if r == nil {
				found, ok := records[path]
				if delete(records, path); !ok {
					continue
				}
				r = &found
			}
			if !yield(path, *r) {
				return
			}
		}
	}
}

// values yields every path, with its record unless that is in the file: then read
// was given its value. The ledger is not locked meanwhile.
func (l *Ledger) values(read func(path string, v []byte)) iter.Seq2[string, *Record] {
	return func(yield func(string, *Record) bool) {
		l.mu.Lock()
		live := maps.Clone(l.live)
		l.mu.Unlock()
		for path, r := range live {
			if !yield(path, &r) {
				return
			}
		}
		for next, more := []byte{}, l.db != nil; more; {
			var paths []string
			paths, next = l.batch(next, live, read)
			for _, path := range paths {
				if !yield(path, nil) {
					return
				}
			}
			more = next != nil
		}
	}
}

// batch reads some paths of the file, from one on, that are not among live. It
// returns where to go on; nil at the end, or where the file is damaged.
func (l *Ledger) batch(from []byte, live map[string]Record, read func(string, []byte)) (paths []string, next []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketLive).Cursor()
		for k, v := c.Seek(from); k != nil; k, v = c.Next() {
			if len(paths) == batch {
				next = slices.Clone(k)
				break
			}
			path := string(k)
			if _, newer := live[path]; !newer && !l.erased[path] {
				paths = append(paths, path)
				if v, _, ok := unseal(bucketLive, k, v); ok {
					read(path, v)
				}
			}
		}
		return nil
	})
	if err != nil {
		next = nil
	}
	return paths, next
}

// Knows reports whether an article lies at a path as far as is known.
func (l *Ledger) Knows(path string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.record(path)
	return ok
}
