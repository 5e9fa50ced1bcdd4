package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds/internal/regular"
	"feedmill/feeds/ledger/internal/boltfile"
)

// A sound copy of the file lies beside it, from which records that are damaged come
// back. It is made when nothing has been written for a while, and at the end.
const (
	copySuffix = ".copy"
	quietTime  = 30 * time.Second // without a change before a copy is made
	copyTime   = 10 * time.Minute // after a change, a copy is made although others follow
	endTime    = 3 * time.Second  // how long the copy at the end may take
	syncBytes  = 4 << 20          // of a copy that wait to be on disk: more would hold up other writes
)

// copyFile is where the copy lies.
func (l *Ledger) copyFile() string { return l.file + copySuffix }

// copier makes copies.
type copier struct {
	mu     sync.Mutex    // held while a copy is made
	asked  chan struct{} // has a value after a change
	serial uint64        // of the transaction that the copy has; guarded by mu
}

func newCopier() copier { return copier{asked: make(chan struct{}, 1)} }

// changed asks for a copy.
func (c *copier) changed() {
	select {
	case c.asked <- struct{}{}:
	default:
	}
}

// Run keeps the copy beside the file up to date until ctx ends. It always returns nil.
func (l *Ledger) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.copier.asked:
		}
		if !l.waitForQuiet(ctx) {
			return nil
		}
		if err := l.makeCopy(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("no copy of the ledger was made; the next change tries again", "err", err)
		}
	}
}

// waitForQuiet waits until there was no change for a while; false if ctx has ended.
func (l *Ledger) waitForQuiet(ctx context.Context) bool {
	latest := time.NewTimer(copyTime)
	defer latest.Stop()
	for {
		quiet := time.NewTimer(quietTime)
		select {
		case <-ctx.Done():
			quiet.Stop()
			return false
		case <-l.copier.asked:
			quiet.Stop()
		case <-quiet.C:
			return true
		case <-latest.C:
			quiet.Stop()
			return true
		}
	}
}

// copyAtEnd makes a copy if there is none of what is on disk and it does not take long.
func (l *Ledger) copyAtEnd() {
	if !l.Lasting() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	if err := l.makeCopy(ctx); err != nil {
		l.log.Warn("no copy of the ledger was made; the next start makes one", "err", err)
	}
}

// makeCopy makes a copy of what is on disk, unless there is one. Nobody waits for it.
// It takes the place of the one before once it was read again and found to be sound.
func (l *Ledger) makeCopy(ctx context.Context) error {
	l.copier.mu.Lock()
	defer l.copier.mu.Unlock()
	l.mu.Lock()
	want, lasting := l.sum, l.Lasting()
	l.mu.Unlock()
	if !lasting || want.serial == l.copier.serial && exists(l.copyFile()) {
		return nil
	}
	if now, err := readSummary(l.copyFile()); err == nil && now.instance == want.instance && now.serial == want.serial {
		l.copier.serial = want.serial
		return nil
	}
	name := l.copyFile() + ".new"
	os.Remove(name) // it may be a pipe
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	made, err := l.copyInto(ctx, f)
	if err = errors.Join(err, f.Close()); err == nil {
		err = l.placeCopy(name)
	}
	if err != nil {
		os.Remove(name)
		return err
	}
	l.copier.serial = made.serial
	return nil
}

// placeCopy gives a copy its name. A folder that has that name is put aside; all else is
// replaced.
func (l *Ledger) placeCopy(name string) error {
	if info, err := os.Lstat(l.copyFile()); err == nil && info.IsDir() {
		aside, err := putAside(l.copyFile())
		if err != nil {
			return err
		}
		l.log.Warn("there was a folder in the place of the ledger's copy; it was put aside", "path", aside)
	}
	return os.Rename(name, l.copyFile())
}

// copyInto writes a copy and reads it again. What it finds to be damaged in the ledger is
// mended.
func (l *Ledger) copyInto(ctx context.Context, f *os.File) (summary, error) {
	w := &pacedWriter{ctx: ctx, file: f}
	if err := l.CopyTo(w); err != nil {
		return summary{}, err
	}
	if err := f.Sync(); err != nil {
		return summary{}, err
	}
	c := examine(f, w.size)
	if err := c.damage(); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		return summary{}, errors.Join(err, l.recheck())
	}
	return c.sum, nil
}

// recheck reads the open file from end to end, and mends it.
func (l *Ledger) recheck() error {
	if l.db == nil {
		return nil
	}
	if err := examine(l.disk, sizeOf(l.disk)).damage(); err != nil {
		return l.heal(fmt.Errorf("%w: %w", errDamaged, err))
	}
	return nil
}

// pacedWriter writes to a file until ctx ends, and never leaves much for the system to
// write at once.
type pacedWriter struct {
	ctx    context.Context
	file   *os.File
	size   int64
	synced int64
}

func (w *pacedWriter) Write(b []byte) (n int, err error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err = w.file.Write(b)
	if w.size += int64(n); err == nil && w.size-w.synced >= syncBytes {
		w.synced = w.size
		err = w.file.Sync()
	}
	return n, err
}

// CopyTo writes a file to w that Open can open: the ledger as it was on disk at one
// moment of the call. Others use the ledger meanwhile. A ledger that is in memory
// alone can't be copied.
func (l *Ledger) CopyTo(w io.Writer) (err error) {
	l.mu.Lock()
	db := l.db
	l.mu.Unlock()
	if db == nil {
		return errors.New("copy ledger: it is in memory alone")
	}
	defer asError(&err)()
	err = db.View(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(struct{ io.Writer }{w}); return err })
	if err != nil {
		return fmt.Errorf("copy ledger: %w", err)
	}
	return nil
}

// readSummary reads what a file says of itself, and little more of it.
func readSummary(file string) (s summary, err error) {
	f, err := regular.Open(file)
	if err != nil {
		return s, err
	}
	defer f.Close()
	p, err := boltfile.NewReader(f, sizeOf(f))
	if err != nil {
		return s, err
	}
	err = errNothing
	p.Only = string(bucketMeta)
	p.Found = func(_, k, v []byte) {
		if string(k) == string(keySummary) {
			s, err = parseSummary(v)
		}
	}
	p.ReadAll()
	return s, err
}
