package ledger

import (
	"encoding/binary"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// sorted is how full pages are that grow from one end.
const sorted = 0.9

// portion is how many records a transaction holds at most while nothing else is
// on disk: bbolt has all of one in memory, several times over.
const portion = 16_384

// keyBegun is in the meta bucket while only a part of the first articles is on
// disk. Nobody has seen any of them by then: see forgetBegun.
var keyBegun = []byte("begun")

// write puts everything in the order of its keys: that is how a tree of pages
// grows fastest, and smallest.
func (l *Ledger) write() (err error) {
	defer asError(&err)()
	first := len(l.live) > portion && l.isEmptyFile(bucketLive, bucketIDs)
	if first {
		if err := l.begin(); err != nil {
			return err
		}
	}
	return l.writeTx(func(tx *bbolt.Tx) error {
		live, gone := tx.Bucket(bucketLive), tx.Bucket(bucketGone)
		var w recordWriter
		for _, p := range slices.Sorted(maps.Keys(l.dirty)) {
			if l.erased[p] {
				w.erase(live, p)
			}
			if r, left := l.gone.records[p]; left {
				w.put(gone, p, &r)
			} else {
				w.erase(gone, p)
			}
		}
		if !first {
			w.live(tx, l, slices.Sorted(maps.Keys(l.live)))
			w.ids(tx, l, slices.Sorted(maps.Keys(l.ids)))
		}
		meta := tx.Bucket(bucketMeta)
		w.erase(meta, string(keyBegun))
		if w.err != nil {
			return w.err
		}
		if err := l.writeLeft(tx.Bucket(bucketLeft)); err != nil {
			return err
		}
		return meta.Put(keyGeneration, binary.BigEndian.AppendUint64(nil, l.state.generation+1))
	})
}

// begin writes very many articles to a file that has none, in portions. They do
// not count before another transaction has taken keyBegun away.
func (l *Ledger) begin() error {
	err := l.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyBegun, []byte{1}) })
	each := func(keys []string, write func(*recordWriter, *bbolt.Tx, *Ledger, []string)) {
		for some := range slices.Chunk(keys, portion) {
			if err == nil {
				err = l.db.Update(func(tx *bbolt.Tx) error {
					var w recordWriter
					write(&w, tx, l, some)
					return w.err
				})
			}
		}
	}
	each(slices.Sorted(maps.Keys(l.live)), (*recordWriter).live)
	each(slices.Sorted(maps.Keys(l.ids)), (*recordWriter).ids)
	return err
}

// forgetBegun empties a file in which begin did not come to its end.
func forgetBegun(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if meta.Get(keyBegun) == nil {
		return nil
	}
	for _, name := range [][]byte{bucketLive, bucketIDs} {
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return meta.Delete(keyBegun)
}

// recordWriter writes many records in one transaction. What it stores lies in few pieces
// of memory, which bbolt needs until the end. After an error it does nothing.
type recordWriter struct {
	room []byte
	err  error
}

func (w *recordWriter) live(tx *bbolt.Tx, l *Ledger, paths []string) {
	b := tx.Bucket(bucketLive)
	if len(paths) > batch {
		b.FillPercent = sorted
	}
	for _, p := range paths {
		r := l.live[p]
		w.put(b, p, &r)
	}
}

func (w *recordWriter) ids(tx *bbolt.Tx, l *Ledger, ids []string) {
	b := tx.Bucket(bucketIDs)
	if len(ids) > batch {
		b.FillPercent = sorted
	}
	for _, id := range ids {
		w.store(b, id, len(l.ids[id]), func(room []byte) []byte { return append(room, l.ids[id]...) })
	}
}

func (w *recordWriter) put(b *bbolt.Bucket, p string, r *Record) {
	w.store(b, p, 512+len(p)+64*len(r.Feeds), r.append)
}

// store puts what build appends, about n bytes, under a key.
func (w *recordWriter) store(b *bbolt.Bucket, key string, n int, build func([]byte) []byte) {
	if cap(w.room)-len(w.room) < n {
		w.room = make([]byte, 0, max(n, 1<<18))
	}
	start := len(w.room)
	w.room = build(w.room)
	if end := len(w.room); w.err == nil {
		w.err = b.Put([]byte(key), w.room[start:end:end]) // of the key, bbolt makes a copy
	}
}

func (w *recordWriter) erase(b *bbolt.Bucket, key string) {
	if w.err == nil {
		w.err = b.Delete([]byte(key))
	}
}
