package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
	"feedmill/feeds/internal/packed"
)

// Date is since when something has been what it is.
type Date struct {
	Of feeds.Digest // zero where that is not known
	At time.Time    // UTC, in whole seconds; zero where nothing is known
}

var bucketDates = []byte("dates") // name → Print and time

// dates are kept apart from articles, so that nobody who looks one up waits for a
// disk. What has changed goes to disk with the next round, by FlushDates or when
// the ledger is closed.
type dates struct {
	mu      sync.Mutex
	byName  map[string]Date
	unsaved map[string]bool
}

// maxDates bounds what is remembered; the earliest dates give way.
const maxDates = 1 << 15

func newDates() *dates { return &dates{byName: map[string]Date{}, unsaved: map[string]bool{}} }

// Date is what SetDate was last told of a name.
func (l *Ledger) Date(name string) Date {
	l.dates.mu.Lock()
	defer l.dates.mu.Unlock()
	return l.dates.byName[name]
}

// SetDate remembers a date under a name.
func (l *Ledger) SetDate(name string, d Date) {
	l.dates.mu.Lock()
	defer l.dates.mu.Unlock()
	if l.dates.byName[name] == d {
		return
	}
	l.dates.byName[name] = d
	l.dates.unsaved[name] = true
	if byName := l.dates.byName; len(byName) > maxDates {
		names := slices.SortedFunc(maps.Keys(byName), func(a, b string) int { return byName[a].At.Compare(byName[b].At) })
		for _, name := range names[:len(names)/4] { // a quarter at once, so that this is seldom done
			delete(byName, name)
			l.dates.unsaved[name] = true
		}
	}
}

// FlushDates writes what SetDate has changed.
func (l *Ledger) FlushDates() (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Lasting() {
		return nil
	}
	defer asError(&err)()
	if err := l.writeTx(nil); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
}

// writeTx is one transaction, which takes the dates that have changed along. A nil do
// writes nothing but them.
func (l *Ledger) writeTx(do func(*bbolt.Tx) error) error {
	changed := l.dates.changed()
	if do == nil && len(changed) == 0 {
		return nil
	}
	err := l.db.Update(func(tx *bbolt.Tx) error {
		err := writeDates(tx.Bucket(bucketDates), changed)
		if do != nil {
			err = errors.Join(do(tx), err)
		}
		return err
	})
	if err != nil { // the next call tries again
		l.dates.mu.Lock()
		defer l.dates.mu.Unlock()
		for name := range changed {
			l.dates.unsaved[name] = true
		}
	}
	return err
}

// changed is what is to be written; zero for what has been forgotten.
func (d *dates) changed() map[string]Date {
	d.mu.Lock()
	defer d.mu.Unlock()
	changed := make(map[string]Date, len(d.unsaved))
	for name := range d.unsaved {
		changed[name] = d.byName[name]
	}
	d.unsaved = map[string]bool{}
	return changed
}

func writeDates(b *bbolt.Bucket, changed map[string]Date) error {
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		d, err := changed[name], error(nil)
		if d.At.IsZero() {
			err = b.Delete([]byte(name))
		} else {
			err = b.Put([]byte(name), packed.AppendTime(d.Of[:], d.At))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// loadDates reads what is on disk, as far as nothing newer is known. What is
// damaged counts as unknown, and so does what a date of an older format stands for.
func (l *Ledger) loadDates(b *bbolt.Bucket, older bool) error {
	l.dates.mu.Lock()
	defer l.dates.mu.Unlock()
	return b.ForEach(func(name, v []byte) error {
		d, err := decodeDate(name, v)
		if older {
			d.Of = feeds.Digest{}
		}
		if _, newer := l.dates.byName[string(name)]; err == nil && !newer {
			l.dates.byName[string(name)] = d
		}
		return nil
	})
}

func decodeDate(name, v []byte) (d Date, err error) {
	r := packed.NewReader(v)
	copy(d.Of[:], r.Fixed(len(d.Of)))
	if d.At = r.Time(); r.Err() != nil {
		return Date{}, fmt.Errorf("date of %s is damaged: %w", name, r.Err())
	}
	return d, nil
}
