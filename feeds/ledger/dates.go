package ledger

import (
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
func (l *Ledger) FlushDates() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Lasting() {
		return nil
	}
	if err := l.writeTx(nil); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
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

// restore has what could not be written written by the next call.
func (d *dates) restore(changed map[string]Date) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range changed {
		d.unsaved[name] = true
	}
}

func writeDates(w *recordWriter, changed map[string]Date) {
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if d := changed[name]; d.At.IsZero() {
			w.erase(bucketDates, name)
		} else {
			w.store(bucketDates, name, 64, func(b []byte) []byte { return packed.AppendTime(append(b, d.Of[:]...), d.At) })
		}
	}
}

// loadDates reads what is on disk, as far as nothing newer is known.
func (l *Ledger) loadDates(tx *bbolt.Tx) error {
	l.dates.mu.Lock()
	defer l.dates.mu.Unlock()
	return each(tx, bucketDates, func(name, v []byte) error {
		d, err := decodeDate(name, v)
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
