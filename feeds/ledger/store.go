package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// get returns the record of the article at a path.
func (l *Ledger) get(p string) (r Record, ok bool) {
	if r, ok := l.live[p]; ok {
		return r, true
	}
	if l.db == nil || l.erased[p] {
		return Record{}, false
	}
	l.db.View(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(bucketLive).Get([]byte(p)); v != nil {
			var err error
			r, err = decode([]byte(p), v)
			ok = err == nil // a damaged record counts as none; Check names it
		}
		return nil
	})
	return r, ok
}

// used reports whether an article, there or gone, has or had an id.
func (l *Ledger) used(id string) (used bool) {
	if _, used = l.ids[id]; used || l.db == nil {
		return used
	}
	l.db.View(func(tx *bbolt.Tx) error {
		used = tx.Bucket(bucketIDs).Get([]byte(id)) != nil
		return nil
	})
	return used
}

func (l *Ledger) put(p string, r Record) {
	l.live[p] = r
	delete(l.erased, p)
	l.ids[r.ID] = p
	if l.db != nil {
		l.dirty[p] = true
	}
}

// drop takes a path out of the live ones.
func (l *Ledger) drop(p string) {
	delete(l.live, p)
	l.erased[p] = true
	l.touch(p)
}

// touch notes that what is on disk of a path is out of date.
func (l *Ledger) touch(p string) {
	l.losses++
	if l.db != nil {
		l.dirty[p] = true
	} else {
		delete(l.erased, p)
	}
}

// flush writes what has changed, in one transaction: all of it or nothing.
func (l *Ledger) flush() error {
	if len(l.dirty) == 0 {
		return nil
	}
	if err := l.restore(); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	err := l.db.Update(func(tx *bbolt.Tx) error {
		live, gone, ids := tx.Bucket(bucketLive), tx.Bucket(bucketGone), tx.Bucket(bucketIDs)
		for p := range l.dirty {
			if r, here := l.live[p]; here || l.erased[p] { // else only what is gone from there has changed
				if err := write(live, p, r, here); err != nil {
					return err
				}
			}
			r, left := l.gone[p]
			if err := write(gone, p, r, left); err != nil {
				return err
			}
		}
		for id, p := range l.ids {
			if err := ids.Put([]byte(id), []byte(p)); err != nil {
				return err
			}
		}
		return l.writeLeft(tx.Bucket(bucketLeft))
	})
	if err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	clear(l.unwritten)
	clear(l.dirty)
	clear(l.live)
	clear(l.erased)
	clear(l.ids)
	return nil
}

// restore makes the file anew, from what is open, where somebody has removed it.
func (l *Ledger) restore() error {
	if _, err := os.Stat(l.file); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(l.file), 0o777); err != nil {
		return err
	}
	copied := l.file + ".restored"
	err := l.db.View(func(tx *bbolt.Tx) error { return tx.CopyFile(copied, 0o666) })
	if err != nil {
		return err
	}
	if err := errors.Join(l.db.Close(), os.Rename(copied, l.file)); err != nil {
		return err
	}
	gone, left := l.gone, l.left
	err = l.open()
	l.gone, l.left = gone, left
	return err
}

// write stores a record, or erases it.
func write(b *bbolt.Bucket, p string, r Record, exists bool) error {
	if !exists {
		return b.Delete([]byte(p))
	}
	v, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return b.Put([]byte(p), v)
}
