package stats

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"feedmill/feeds"
)

// What is kept: so many days besides the one that is open, and so many bytes,
// for which the oldest days go first. A year of 200 feeds takes some 20 MiB.
const (
	keepDays    = 366
	maxFile     = 256 << 20
	maxMemory   = 64 << 20 // of days that are in no file
	keepReaders = 24       // of a feed; the smallest ones are counted together
)

// allFeeds is the key under which a day keeps the sum of its feeds: a name that
// [name] gives to none.
const allFeeds = "*"

// name is how a feed is called in the file.
func name(k feeds.Key) string { return k.Kind.String() + "/" + k.Slug }

// ended is a day that is over: the record of each feed, by name.
type ended map[string][]byte

// history is the days that are over: those that are not yet in the file, or of
// which there is none, in memory.
type history struct {
	memory map[date]ended
	db     *bbolt.DB // nil: memory only
}

// put ends a day.
func (h *history) put(d *day) {
	if len(d.tallies) == 0 {
		return
	}
	e, sum := ended{}, Figures{}
	for k, t := range d.tallies {
		f := t.figures()
		sum.add(&f)
		f.foldReaders(keepReaders)
		e[name(k)] = f.record()
	}
	e[allFeeds] = sum.record()
	h.memory[d.date] = e
	h.shrink()
}

// shrink keeps the days in memory within their bound.
func (h *history) shrink() {
	size := 0
	for _, d := range slices.Backward(slices.Sorted(maps.Keys(h.memory))) {
		for feed, record := range h.memory[d] {
			size += len(feed) + len(record)
		}
		if size > maxMemory {
			delete(h.memory, d)
		}
	}
}

// flush writes the days that are in memory only and forgets those that are too
// old. What cannot be written stays in memory.
func (h *history) flush(today date) error {
	maps.DeleteFunc(h.memory, func(d date, _ ended) bool { return d < today-keepDays })
	if h.db == nil || len(h.memory) == 0 {
		return nil
	}
	path := h.db.Path()
	err := h.use(func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			for d, e := range h.memory {
				if err := e.write(tx, d); err != nil {
					return err
				}
			}
			return forget(tx, today-keepDays, maxFile)
		})
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	clear(h.memory)
	return nil
}

func (e ended) write(tx *bbolt.Tx, d date) error {
	day := []byte(d.String())
	if err := tx.DeleteBucket(day); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
		return err
	}
	b, err := tx.CreateBucket(day)
	if err != nil {
		return err
	}
	b.FillPercent = 1 // written once
	for feed, record := range e {
		if err := b.Put([]byte(feed), record); err != nil {
			return err
		}
	}
	return nil
}

// forget drops the days before first, and the two oldest while the file takes
// more than size: each day that ends makes room for the next.
func forget(tx *bbolt.Tx, first date, size int64) error {
	used := tx.Size() - int64(tx.DB().Stats().FreePageN*tx.DB().Info().PageSize)
	for full := 2 * one(used > size); ; full-- {
		k, _ := tx.Cursor().First()
		if k == nil || full <= 0 && string(k) >= first.String() {
			return nil
		}
		if err := tx.DeleteBucket(k); err != nil {
			return err
		}
	}
}

// read calls visit for each day of the range that has ended, with a function
// that gives the record of a feed, or nil. What is damaged counts as none.
func (h *history) read(from, to date, visit func(d date, record func(feed string) []byte)) error {
	for d := from; d <= to; d++ {
		if e := h.memory[d]; e != nil {
			visit(d, func(feed string) []byte { return e[feed] })
		}
	}
	if h.db == nil {
		return nil
	}
	return h.use(func(db *bbolt.DB) error {
		return db.View(func(tx *bbolt.Tx) error {
			for d := from; d <= to; d++ {
				if b := tx.Bucket([]byte(d.String())); b != nil && h.memory[d] == nil {
					visit(d, func(feed string) []byte { return b.Get([]byte(feed)) })
				}
			}
			return nil
		})
	})
}

// errDamaged says that a file does not hold what this program wrote.
var errDamaged = errors.New("damaged")

// guarded turns what bbolt does about a damaged file, which it maps into memory,
// into an error: it panics, or the system faults.
func guarded(work func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w (%v)", errDamaged, r)
		}
	}()
	return work()
}

// use works with the file. If that panics, nobody knows what bbolt has locked, and
// the file is not touched any more.
func (h *history) use(work func(*bbolt.DB) error) error {
	err := guarded(func() error { return work(h.db) })
	if errors.Is(err, errDamaged) {
		h.db = nil
	}
	return err
}

// openHistory opens the file, and reads all of it once: damage shows now.
func openHistory(path string) (db *bbolt.DB, err error) {
	err = guarded(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType})
		if err != nil {
			return err
		}
		db.AllocSize = 1 << 20 // the file grows by so much
		return db.View(readable)
	})
	if err != nil && db != nil && !errors.Is(err, errDamaged) {
		guarded(db.Close)
	}
	return db, err
}

func readable(tx *bbolt.Tx) error {
	return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
		return b.ForEach(func(_, v []byte) error { _, err := decodeRecord(v); return err })
	})
}

// beyondUse reports whether a file that could not be opened is damaged, rather
// than out of reach.
func beyondUse(err error) bool {
	var path *fs.PathError
	return !errors.Is(err, bolterrors.ErrTimeout) && !errors.As(err, &path) && !errors.Is(err, os.ErrPermission)
}

func (h *history) close() {
	if h.db != nil {
		guarded(h.db.Close)
		h.db = nil
	}
}
