package ledger

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// sorted is how full pages are that grow from one end.
const sorted = 0.9

// portion is how many records a transaction holds at most while nothing else is
// on disk: bbolt has all of one in memory, several times over.
const portion = 16_384

// write puts everything in the order of its keys: that is how a tree of pages
// grows fastest, and smallest.
func (l *Ledger) write() error {
	first := len(l.live) > portion && l.isEmptyFile(bucketLive, bucketIDs)
	if first {
		if err := l.begin(); err != nil {
			return err
		}
	}
	return l.writeTx(func(w *recordWriter) error {
		for _, p := range inOrder(l.dirty) {
			if l.erased[p] {
				w.erase(bucketLive, p)
			}
			if r, left := l.gone.records[p]; left {
				w.record(bucketGone, p, &r)
			} else {
				w.erase(bucketGone, p)
			}
		}
		if !first {
			w.live(l, inOrder(l.live))
			w.ids(l, inOrder(l.ids))
		}
		l.writeLeft(w)
		w.sum.begun = false
		w.sum.generation++
		return w.err
	})
}

// inOrder are the keys of records that a transaction writes. In any other order, bbolt
// moves all records after each that it adds, which takes the square of their number.
func inOrder[T any](records map[string]T) []string { return slices.Sorted(maps.Keys(records)) }

// writeTx is one transaction, which takes the dates that have changed, and the list of
// what is lost, along. A nil do writes nothing but them. After an error the next call
// tries again. A file that is damaged is mended before, or then.
func (l *Ledger) writeTx(do func(*recordWriter) error) error {
	changed := l.dates.changed()
	if do == nil && len(changed)+len(l.unlisted) == 0 && l.incomplete == l.sum.incomplete {
		return nil
	}
	err := l.heal(l.outside())
	if err == nil {
		err = l.writeOnce(do, changed)
	}
	if errors.Is(err, errDamaged) {
		if err = l.heal(err); err == nil {
			err = l.writeOnce(do, changed)
		}
	}
	if err != nil {
		l.dates.restore(changed)
		return err
	}
	clear(l.unlisted)
	l.copier.changed()
	return nil
}

func (l *Ledger) writeOnce(do func(*recordWriter) error, changed map[string]Date) error {
	if l.db == nil {
		return errors.New("there is no file any more")
	}
	sum := l.sum
	err := l.update(func(tx *bbolt.Tx) error {
		w := newRecordWriter(tx, l.sum)
		writeDates(w, changed)
		l.writeLost(w)
		if do != nil && w.err == nil {
			w.err = do(w)
		}
		err := w.finish()
		sum = w.sum
		return err
	})
	if err == nil {
		l.wrote(sum)
	}
	return err
}

// wrote takes note of a transaction.
func (l *Ledger) wrote(sum summary) {
	l.sum, l.state = sum, sum.state
	l.stamp, _ = stampOf(l.disk)
}

// begin writes very many articles to a file that has none, in portions. They do
// not count before another transaction has set begun back. Nobody has seen any of
// them by then: see forgetBegun.
func (l *Ledger) begin() (err error) {
	each := func(keys []string, write func(*recordWriter, *Ledger, []string)) {
		for some := range slices.Chunk(keys, portion) {
			if err == nil {
				err = l.writeTx(func(w *recordWriter) error {
					w.sum.begun, w.fresh = true, true
					write(w, l, some)
					return w.err
				})
			}
		}
	}
	each(inOrder(l.live), (*recordWriter).live)
	each(inOrder(l.ids), (*recordWriter).ids)
	return err
}

// forgetBegun empties a file in which begin did not come to its end.
func (l *Ledger) forgetBegun() error {
	if !l.sum.begun {
		return nil
	}
	return l.writeTx(func(w *recordWriter) error {
		for _, name := range [][]byte{bucketLive, bucketIDs} {
			if w.err = errors.Join(w.err, w.tx.DeleteBucket(name)); w.err != nil {
				return w.err
			}
			w.buckets[partOf(name)], w.err = w.tx.CreateBucket(name)
			w.sum.parts[partOf(name)] = tally{}
		}
		w.sum.begun = false
		return w.err
	})
}

func (w *recordWriter) live(l *Ledger, paths []string) {
	if len(paths) > batch {
		w.buckets[partOf(bucketLive)].FillPercent = sorted
	}
	for _, p := range paths {
		r := l.live[p]
		w.record(bucketLive, p, &r)
	}
}

func (w *recordWriter) ids(l *Ledger, ids []string) {
	if len(ids) > batch {
		w.buckets[partOf(bucketIDs)].FillPercent = sorted
	}
	for _, id := range ids {
		w.store(bucketIDs, id, len(l.ids[id]), func(room []byte) []byte { return append(room, l.ids[id]...) })
	}
}

func (w *recordWriter) record(bucket []byte, p string, r *Record) {
	w.store(bucket, p, 512+len(p)+64*len(r.Feeds), r.append)
}

// json puts plain data, which can be written as JSON, under a key.
func (w *recordWriter) json(bucket []byte, key string, v any) {
	b, err := json.Marshal(v)
	if w.err == nil {
		w.err = err
	}
	w.store(bucket, key, len(b), func(room []byte) []byte { return append(room, b...) })
}
