package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// beginReads begins one transaction for many reads, which endReads ends. The ledger must
// not write meanwhile: bbolt would wait for ever.
func (l *Ledger) beginReads() {
	if l.db != nil && l.tx == nil {
		l.tx = l.beginTx() // without it, each read opens the file by itself
		l.emptyFile = l.isEmptyFile(bucketLive, bucketIDs)
	}
}

func (l *Ledger) beginTx() (tx *bbolt.Tx) {
	err := error(nil)
	defer asError(&err)()
	tx, _ = l.db.Begin(false)
	return tx
}

// isEmptyFile reports whether the file has nothing in these buckets.
func (l *Ledger) isEmptyFile(buckets ...[]byte) bool {
	filled := false
	err := l.view(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			k, _ := tx.Bucket(name).Cursor().First()
			filled = filled || k != nil
		}
		return nil
	})
	return !filled && err == nil
}

func (l *Ledger) endReads() {
	l.emptyFile = false
	if l.tx != nil {
		err := error(nil)
		func() {
			defer asError(&err)()
			l.tx.Rollback()
		}()
		l.tx = nil
	}
}

// view reads the file; what is damaged is an error.
func (l *Ledger) view(do func(*bbolt.Tx) error) (err error) {
	defer asError(&err)()
	if l.tx != nil {
		return do(l.tx)
	}
	return l.db.View(do)
}

// update is a transaction that writes.
func (l *Ledger) update(do func(*bbolt.Tx) error) (err error) {
	defer asError(&err)()
	return l.db.Update(do)
}

// record returns the record of the article at a path. A damaged one counts as none, and
// sets damage.
func (l *Ledger) record(p string) (r Record, ok bool) {
	if r, ok := l.live[p]; ok {
		return r, true
	}
	if l.db == nil || l.emptyFile || l.erased[p] {
		return Record{}, false
	}
	l.look(bucketLive, p, func(v []byte) (err error) {
		r, err = decode([]byte(p), v)
		ok = err == nil
		return err
	})
	return r, ok
}

// look gives found what the file has under a key, if there is something. A file that is
// damaged is mended first; what can't be read then sets damage.
func (l *Ledger) look(bucket []byte, key string, found func(v []byte) error) {
	get := func() error {
		return l.view(func(tx *bbolt.Tx) error {
			v := tx.Bucket(bucket).Get([]byte(key))
			if v == nil {
				return nil
			}
			v, err := open(bucket, []byte(key), v)
			if err == nil {
				err = found(v)
			}
			return err
		})
	}
	err := get()
	if errors.Is(err, errDamaged) {
		if err = l.heal(err); err == nil && l.db != nil {
			err = get()
		}
	}
	if err != nil && l.damage == nil {
		l.damage = err
	}
}

// idUsed reports whether an article, there or gone, has or had an id.
func (l *Ledger) idUsed(id string) (used bool) {
	if _, used = l.ids[id]; used || l.db == nil || l.emptyFile {
		return used
	}
	l.look(bucketIDs, id, func([]byte) error { used = true; return nil })
	return used
}

// knowsNone reports whether no article is known.
func (l *Ledger) knowsNone() bool {
	return len(l.live)+len(l.gone.records) == 0 && (l.db == nil || l.isEmptyFile(bucketLive))
}

// set gives a path a record, in memory until Flush.
func (l *Ledger) set(p string, r Record) {
	l.live[p] = r
	delete(l.erased, p)
	l.ids[r.ID] = p
}

// erase forgets the record at a path.
func (l *Ledger) erase(p string) {
	delete(l.live, p)
	l.erased[p] = true
	l.markDirty(p)
}

// markDirty has the next Flush write what is gone from a path, or that it is erased.
func (l *Ledger) markDirty(p string) {
	if l.db != nil {
		l.dirty[p] = true
	} else {
		delete(l.erased, p)
	}
}

// Flush writes what has changed since it last returned nil, in one transaction:
// all of it or nothing. If somebody has removed the file, it is made again.
func (l *Ledger) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Lasting() {
		return l.failed
	}
	if err := l.recreate(); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	if len(l.live)+len(l.dirty)+len(l.unwritten) == 0 {
		return l.writeLosses()
	}
	if err := l.write(); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	// New ones: a map never gives memory back.
	l.live, l.erased, l.dirty, l.ids, l.unwritten = map[string]Record{}, map[string]bool{}, map[string]bool{}, map[string]string{}, map[string]bool{}
	return nil
}

// recreate copies the open file to its path, from which somebody has removed it.
func (l *Ledger) recreate() error {
	if _, err := os.Stat(l.file); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(l.file), 0o777); err != nil {
		return err
	}
	copied := l.file + ".restored"
	os.Remove(copied) // it may be a pipe
	f, err := os.Create(copied)
	if err != nil {
		return err
	}
	err = l.view(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(f); return err })
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := errors.Join(l.closeDisk(), os.Rename(copied, l.file)); err != nil {
		return err
	}
	return l.reopen()
}
