package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds/internal/regular"
	"feedmill/feeds/ledger/internal/boltfile"
)

// mend makes a file again that is damaged, or of an older format, and puts the damaged
// one aside; f is nil where what is there can't be read. known is what it should say of itself, if that is remembered. again is
// false where the ledger is open afterwards.
func (l *Ledger) mend(f *os.File, c *contents, fault error, known *summary) (again bool, err error) {
	out := l.salvage(f, c, known)
	if out.empty() && fault != nil && known == nil {
		return false, fmt.Errorf("%w (%w)", errDamaged, fault)
	}
	fresh := l.file + ".new"
	if l.readOnly {
		return false, l.openElsewhere(out, fault)
	}
	if err := writeFile(fresh, out); err != nil {
		os.Remove(fresh)
		return false, err
	}
	aside := ""
	if fault != nil {
		if aside, err = l.putAside(f); err != nil {
			return false, err
		}
	}
	if err := os.Rename(fresh, l.file); err != nil {
		return false, err
	}
	l.say(out, aside, fault)
	return true, nil
}

func (l *Ledger) say(out *salvaged, aside string, fault error) {
	l.copied = out.copied
	switch {
	case fault != nil:
		l.log.Error(out.said(l.file, aside, fault))
	case len(out.lost) > 0:
		l.log.Error("records of the older ledger are damaged; their articles are held: see feedmill check", "path", l.file)
	}
	for _, p := range slices.Sorted(maps.Keys(out.lost)) {
		l.log.Error("record lost", "path", p, "err", out.lost[p].cause)
	}
}

// salvage reads what there is.
func (l *Ledger) salvage(f io.ReaderAt, c *contents, known *summary) *salvaged {
	size := sizeOf(f)
	if c.isOlder() {
		return l.convert(f, size, c)
	}
	s := &sources{file: collect(f, size), broken: c.broken, known: known}
	if file, err := regular.Open(l.copyFile()); err == nil {
		defer file.Close()
		size := sizeOf(file)
		found := examine(file, size)
		s.whole = found.damage() == nil
		s.copy = collect(file, size)
	}
	if known != nil {
		s.memory = l.inMemory()
	}
	return s.salvage()
}

func sizeOf(f io.ReaderAt) int64 {
	if file, ok := f.(*os.File); ok {
		if info, err := file.Stat(); err == nil {
			return info.Size()
		}
	}
	return 0
}

// convert reads a file of format 3 or before.
func (l *Ledger) convert(f io.ReaderAt, size int64, c *contents) *salvaged {
	all, sum, damaged := convert(f, size, c)
	out := &salvaged{records: all, sum: sum, exact: true, lost: map[string]loss{}}
	if sum.instance == [16]byte{} {
		out.sum.instance = l.state.instance
	}
	for _, d := range damaged {
		if d.part == partOf(bucketLive) {
			out.lost[d.name] = loss{cause: "its record in the ledger was damaged"}
		}
	}
	if len(damaged)+len(c.pages.Errs) > 0 {
		out.exact, out.sum.incomplete = false, true
	}
	return out
}

// inMemory is what is in memory of the records on disk.
func (l *Ledger) inMemory() *records {
	all := newRecords()
	add := func(bucket []byte, k string, v []byte) {
		all.put(partOf(bucket), k, seal(v, 0, bucket, []byte(k), l.sum.serial))
	}
	for p, r := range l.gone.records {
		if !l.dirty[p] {
			add(bucketGone, p, r.append(nil))
		}
	}
	return all
}

// putAside gives the damaged file a name with the date, and removes the oldest of those
// that were put aside earlier.
func (l *Ledger) putAside(f *os.File) (name string, err error) {
	if f == nil {
		return putAside(l.file)
	}
	here, gone := os.Stat(l.file)
	if gone != nil {
		return "gone", nil
	}
	if mine, err := f.Stat(); err != nil || !os.SameFile(mine, here) {
		return "", fmt.Errorf("another file is at %s by now", l.file)
	}
	if here.Size() == 0 {
		return "empty", nil
	}
	return putAside(l.file)
}

// putAside gives whatever is at a path a name with the date.
func putAside(file string) (name string, err error) {
	base := file + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
	for name = base; exists(name); {
		name += "-again"
	}
	if err := os.Rename(file, name); err != nil {
		return "", err
	}
	old, _ := filepath.Glob(file + ".damaged-*") // the pattern is good unless the path is odd
	slices.Sort(old)
	for len(old) > maxAside {
		os.Remove(old[0])
		old = old[1:]
	}
	return name, nil
}

// maxAside is how many damaged files are kept.
const maxAside = 5

// openElsewhere opens what was salvaged of a file that can't be written.
func (l *Ledger) openElsewhere(out *salvaged, fault error) error {
	dir, err := os.MkdirTemp("", "feedmill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // where an open file can't be removed, the system clears up
	file := filepath.Join(dir, "ledger.db")
	if err := writeFile(file, out); err != nil {
		return err
	}
	f, _, err := openLocked(file, true)
	if err != nil {
		return err
	}
	l.say(out, l.file, fault)
	return l.openSound(f)
}

// writeFile writes a ledger's file.
func writeFile(file string, out *salvaged) (err error) {
	os.Remove(file)
	defer asError(&err)()
	db, err := bbolt.Open(file, 0o666, &bbolt.Options{Timeout: busyTime, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapped(), NoSync: true})
	if err != nil {
		return err
	}
	sum := out.sum
	sum.serial, sum.parts = out.newest(), [len(parts)]tally{}
	err = db.Update(func(tx *bbolt.Tx) error { return makeParts(tx, sum) })
	sum.serial++
	write := func(do func(*recordWriter)) {
		if err == nil {
			err = db.Update(func(tx *bbolt.Tx) error {
				w := newRecordWriter(tx, sum)
				w.fresh = true
				do(w)
				err := w.finish()
				sum = w.sum
				return err
			})
		}
	}
	for i, part := range out.records {
		if i == partOf(bucketLost) {
			continue
		}
		for some := range slices.Chunk(slices.Sorted(maps.Keys(part)), portion) {
			write(func(w *recordWriter) {
				w.buckets[i].FillPercent = sorted
				for _, k := range some {
					w.put(parts[i], []byte(k), part[k])
				}
			})
		}
	}
	write(func(w *recordWriter) { w.losses(out.allLost()) })
	if err == nil {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}

// heal mends the open file. A nil cause does nothing.
func (l *Ledger) heal(cause error) error {
	if l.origin != nil {
		err := l.origin.heal(cause)
		l.db, l.disk, l.tx, l.sum = l.origin.db, l.origin.disk, l.origin.tx, l.origin.sum
		return err
	}
	if cause == nil || l.db == nil {
		return cause
	}
	reading, known := l.tx != nil, l.sum
	f := l.disk
	l.db, l.disk, l.tx = nil, nil, nil
	defer func() { boltfile.Unlock(f); f.Close() }()
	c := examine(f, sizeOf(f))
	again, err := false, errors.New("it is only read")
	if !l.readOnly {
		again, err = l.mend(f, c, cmp.Or(c.damage(), cause), &known)
	}
	if err == nil && again {
		err = l.reopen()
	}
	if err != nil {
		l.remember(f, c, &known)
		if !l.readOnly {
			l.failed = fmt.Errorf("write ledger: it was damaged, and can't be made again: %w", err)
		}
		l.log.Error("the ledger can't be written any more: what is new is lost when this process ends", "path", l.file, "err", err)
		return nil
	}
	if reading {
		l.tx = l.beginTx()
	}
	return nil
}

// remember keeps in memory what can be read of a file that can't be made again.
func (l *Ledger) remember(f io.ReaderAt, c *contents, known *summary) {
	out := l.salvage(f, c, known)
	for p, v := range out.records[partOf(bucketLive)] {
		if _, newer := l.live[p]; !newer && !l.erased[p] {
			if r, err := decode([]byte(p), v[:len(v)-sealSize]); err == nil {
				l.live[p] = r
			}
		}
	}
	for id, v := range out.records[partOf(bucketIDs)] {
		if _, newer := l.ids[id]; !newer {
			l.ids[id] = string(v[:len(v)-sealSize])
		}
	}
	clear(l.erased)
	maps.Copy(l.lost, out.lost)
	l.sum.incomplete = l.sum.incomplete || !out.exact
}
