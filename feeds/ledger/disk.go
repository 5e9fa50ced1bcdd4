package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds/internal/regular"
	"feedmill/feeds/ledger/internal/boltfile"
)

// busyTime is how long to wait for another process that has the file open.
const busyTime = time.Second

// open opens the file: it is read from end to end without bbolt, and mended if it is
// damaged, before bbolt sees it.
func (l *Ledger) open() error {
	for last := false; ; last = true {
		f, size, err := openLocked(l.file, l.readOnly)
		if err != nil && !last {
			var again bool
			if again, err = l.replaceObstacle(err); again {
				continue
			}
		}
		if err != nil || l.db != nil {
			return err
		}
		c := examine(f, size)
		fault := l.fault(c, size)
		switch {
		case c.foreign():
			f.Close()
			return fmt.Errorf("written by another version of feedmill (format %s, this one has %s): use that version, or move the file away", c.version, version)
		case fault == nil && !c.isOlder():
			return l.openSound(f)
		case last:
			f.Close()
			return fmt.Errorf("%w (%w)", errDamaged, fault)
		}
		again, err := l.mend(f, c, fault, nil)
		f.Close()
		if err != nil || !again {
			return err
		}
	}
}

// replaceObstacle puts aside what is at the ledger's path and is no file that can be read,
// and has the copy take over. Without a copy the error stays. again is false where the
// ledger is open afterwards.
func (l *Ledger) replaceObstacle(cause error) (again bool, err error) {
	f, err := regular.Open(l.file)
	if err == nil {
		f.Close()
		return false, cause
	}
	if !regular.Obstructed(l.file, err) {
		return false, cause
	}
	if _, copied := readSummary(l.copyFile()); copied != nil {
		return false, fmt.Errorf("%w: move it away, and restore the ledger from a backup: there is no copy that could take over", cause)
	}
	return l.mend(nil, &contents{problem: err}, err, nil)
}

// fault says why a file can't be used as it is; nil where it can, or there is none.
func (l *Ledger) fault(c *contents, size int64) error {
	if c.isOlder() {
		return nil
	}
	blank := size == 0 || c.problem == nil && len(c.pages.Errs)+len(c.pages.Buckets) == 0 && c.version == ""
	copied, err := readSummary(l.copyFile())
	switch {
	case blank && err == nil:
		return errors.New("it is empty, or was removed")
	case blank:
		return nil
	case c.damage() != nil:
		return c.damage()
	case err == nil && copied.instance == c.sum.instance && copied.serial > c.sum.serial:
		return errors.New("its copy is newer")
	}
	return nil
}

// openLocked opens a file, which it makes where there is none unless it is only read,
// with the lock that bbolt wants.
func openLocked(file string, readOnly bool) (f *os.File, size int64, err error) {
	how := os.O_RDWR | os.O_CREATE
	if readOnly {
		how = os.O_RDONLY
	}
	if f, err = regular.OpenFile(file, how, 0o666); err != nil {
		return nil, 0, err
	}
	if err = boltfile.Lock(f, !readOnly, busyTime); err == nil {
		size, err = f.Seek(0, io.SeekEnd)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, size, nil
}

// openSound has bbolt open a file that was found to be sound, or empty, and loads it.
func (l *Ledger) openSound(f *os.File) (err error) {
	l.disk = f
	if err = l.openBolt(f); err == nil && !l.readOnly {
		err = l.makeParts()
	}
	if err == nil {
		err = l.load()
	}
	if err == nil && l.stamp == (stamp{}) {
		l.stamp, err = stampOf(f)
	}
	if err == nil && !l.readOnly {
		err = errors.Join(l.forgetBegun(), l.endOld())
	} else if err == nil && l.sum.begun {
		err = errors.New("only a part of the first articles is on disk")
	}
	if err != nil {
		l.abandon()
	}
	return err
}

func (l *Ledger) openBolt(f *os.File) (err error) {
	defer asError(&err)()
	l.stamp = stamp{}
	first := true
	l.db, err = bbolt.Open(f.Name(), 0o666, &bbolt.Options{
		Timeout: busyTime, ReadOnly: l.readOnly, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapped(),
		OpenFile: func(file string, how int, mode os.FileMode) (*os.File, error) {
			if first {
				first = false
				return f, nil
			}
			return os.OpenFile(file, how, mode)
		},
	})
	return err
}

// mapped is how much of a file to map: where that costs addresses and nothing else,
// so much that it need not be done again, with all that is in use copied, while
// a large folder is taken in.
func mapped() int {
	if strconv.IntSize < 64 || runtime.GOOS == "windows" { // there, the file grows to it
		return 0
	}
	return 1 << 30
}

// makeParts makes what a new file has.
func (l *Ledger) makeParts() error {
	made := false
	err := l.view(func(tx *bbolt.Tx) error { made = tx.Bucket(bucketMeta) != nil; return nil })
	if err != nil || made {
		return err
	}
	return l.update(func(tx *bbolt.Tx) error { return makeParts(tx, summary{state: l.state}) })
}

func makeParts(tx *bbolt.Tx, sum summary) error {
	meta, err := tx.CreateBucket(bucketMeta)
	for _, name := range parts {
		if err == nil {
			_, err = tx.CreateBucket(name)
		}
	}
	if err == nil {
		err = meta.Put(keyVersion, []byte(version))
	}
	if err != nil {
		return err
	}
	return newRecordWriter(tx, sum).finish()
}

// stamp tells whether somebody else has written a file.
type stamp struct {
	size    int64
	changed time.Time
}

func stampOf(f *os.File) (stamp, error) {
	info, err := f.Stat()
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// outside is an error if somebody else has written the open file, and it is not what it
// was: bbolt would see that at once, and could panic, or not come to an end.
func (l *Ledger) outside() error {
	if l.db == nil || l.tx != nil {
		return nil
	}
	now, err := stampOf(l.disk)
	if err != nil || now == l.stamp {
		return err
	}
	c := examine(l.disk, now.size)
	if err := c.damage(); err != nil {
		return fmt.Errorf("%w: another program has written to it: %w", errDamaged, err)
	}
	if c.sum != l.sum {
		return fmt.Errorf("%w: another program has put another file in its place", errDamaged)
	}
	l.stamp = now
	return nil
}

// closeDisk closes the file.
func (l *Ledger) closeDisk() (err error) {
	if l.db == nil {
		return nil
	}
	if l.outside() != nil { // bbolt could wait for ever
		l.abandon()
		return nil
	}
	defer asError(&err)()
	defer func() { l.db, l.disk, l.tx = nil, nil, nil }()
	return l.db.Close()
}

// abandon lets go of the file without asking bbolt, which may hold locks after a panic.
// What it has mapped of the file stays mapped until the process ends.
func (l *Ledger) abandon() {
	if l.disk != nil {
		boltfile.Unlock(l.disk)
		l.disk.Close()
	}
	l.db, l.disk, l.tx = nil, nil, nil
}

// reopen opens the file again, which has what it had. What is in memory stays.
func (l *Ledger) reopen() error {
	gone, left, names, owners, unsaved := l.gone, l.left, l.names, l.owners, l.unsaved
	err := l.open()
	l.copier.changed() // the copy may be gone, too
	l.gone, l.left, l.names, l.owners, l.unsaved = gone, left, names, owners, unsaved
	return err
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return !errors.Is(err, fs.ErrNotExist)
}
