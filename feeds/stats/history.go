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

// How much is kept. Where days take more bytes, the oldest are dropped. A year of
// 200 feeds takes about 20 MiB.
const (
	keepDays    = 366       // besides the open one
	maxFile     = 256 << 20 // bytes
	maxMemory   = 64 << 20  // bytes, of days that are not in the file
	keepReaders = 24        // for each feed and day; the smallest are added up
)

// allFeeds is the name under which a day keeps the sum of its feeds. No feed has
// this name.
const allFeeds = "*"

// feedName is the name of a feed in the file.
func feedName(k feeds.Key) string { return k.Kind.String() + "/" + k.Slug }

// endedDay is a day that is over: the record of each feed, by name.
type endedDay map[string][]byte

// history holds the days that are over. They are in the file, but for those that
// could not be written yet, or cannot be because there is no file.
type history struct {
	memory map[date]endedDay
	db     *bbolt.DB // one bucket for each day; nil: there is no file
	file   *os.File  // that db has open
}

// put adds a day that is over. It replaces what is known of that day.
func (h *history) put(d *day) {
	if len(d.tallies) == 0 {
		return
	}
	e, sum := endedDay{}, Figures{}
	for k, t := range d.tallies {
		f := t.figures()
		sum.add(&f)
		f.keepLargest(keepReaders)
		e[feedName(k)] = f.record()
	}
	e[allFeeds] = sum.record()
	h.memory[d.date] = e
	h.shrink()
}

// shrink drops the oldest days in memory that are beyond maxMemory.
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

// flush moves the days in memory to the file and deletes those that are too old.
// Days that cannot be written stay in memory.
func (h *history) flush(today date) error {
	maps.DeleteFunc(h.memory, func(d date, _ endedDay) bool { return d < today-keepDays })
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
			return deleteOld(tx, today-keepDays, maxFile)
		})
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	clear(h.memory)
	return nil
}

func (e endedDay) write(tx *bbolt.Tx, d date) error {
	day := []byte(d.String())
	if err := tx.DeleteBucket(day); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
		return err
	}
	b, err := tx.CreateBucket(day)
	if err != nil {
		return err
	}
	b.FillPercent = 1 // nothing is added later
	for feed, record := range e {
		if err := b.Put([]byte(feed), record); err != nil {
			return err
		}
	}
	return nil
}

// deleteOld deletes the days before first, and the two oldest of all if more than
// size bytes of the file are in use: one for the day that was added, and one more
// until the file is small enough.
func deleteOld(tx *bbolt.Tx, first date, size int64) error {
	used := tx.Size() - int64(tx.DB().Stats().FreePageN*tx.DB().Info().PageSize)
	for full := 2 * oneIf(used > size); ; full-- {
		k, _ := tx.Cursor().First()
		if k == nil || full <= 0 && string(k) >= first.String() {
			return nil
		}
		if err := tx.DeleteBucket(k); err != nil {
			return err
		}
	}
}

// read calls visit for each known day between from and to, in no particular
// order. record returns the record of a feed on that day, or nil; it must not be
// called after visit has returned.
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

// errDamaged means that the file does not hold what this program wrote.
var errDamaged = errors.New("damaged")

// guarded calls work and turns a panic into errDamaged. With a damaged file, which
// it maps into memory, bbolt panics, or reading the memory is a fault.
func guarded(work func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w (%v)", errDamaged, r)
		}
	}()
	return work()
}

// use calls work with the open file. After a panic it is unknown which locks bbolt
// still holds: the file is not used again.
func (h *history) use(work func(*bbolt.DB) error) error {
	err := guarded(func() error { return work(h.db) })
	if errors.Is(err, errDamaged) {
		h.db = nil
	}
	return err
}

// openTimeout is how long to wait for another process that has the file open.
const openTimeout = time.Second

// openHistory opens the file and reads all of it once, so that damage is found now.
func openHistory(path string) (db *bbolt.DB, file *os.File, err error) {
	open := func(name string, how int, mode os.FileMode) (*os.File, error) {
		file, err = os.OpenFile(name, how, mode)
		return file, err
	}
	err = guarded(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: openTimeout, FreelistType: bbolt.FreelistMapType, OpenFile: open})
		if err != nil {
			return err
		}
		db.AllocSize = 1 << 20 // bytes that the file grows by
		return db.View(checkRecords)
	})
	if err != nil && db != nil && !errors.Is(err, errDamaged) {
		guarded(db.Close)
	}
	return db, file, err
}

func checkRecords(tx *bbolt.Tx) error {
	return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
		return b.ForEach(func(_, v []byte) error { _, err := decodeRecord(v); return err })
	})
}

// isDamage reports whether err, of openHistory, means that the file is damaged, and
// not only locked or unreadable.
func isDamage(err error) bool {
	var path *fs.PathError
	return !errors.Is(err, bolterrors.ErrTimeout) && !errors.As(err, &path) && !errors.Is(err, os.ErrPermission)
}

func (h *history) close() {
	if h.db != nil {
		guarded(h.db.Close)
		h.db = nil
	}
}
