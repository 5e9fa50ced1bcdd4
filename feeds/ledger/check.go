package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// errDamaged says that a file does not hold what this program wrote.
var errDamaged = errors.New("not a ledger, or damaged: restore it from a backup, or move it away to begin anew, with new ids for renamed articles")

// asError returns what turns a panic of bbolt, or an error for which it has no
// type, into errDamaged: what is to be deferred. Addresses that are wrong are
// panics meanwhile.
func asError(err *error) func() {
	faults := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(faults)
		switch r := recover(); {
		case r != nil:
			*err = fmt.Errorf("%w (%v)", errDamaged, r)
		case errors.Is(*err, bolterrors.ErrInvalid), errors.Is(*err, bolterrors.ErrChecksum), errors.Is(*err, bolterrors.ErrVersionMismatch),
			*err != nil && strings.Contains((*err).Error(), "file size too small"):
			*err = fmt.Errorf("%w (%w)", errDamaged, *err)
		}
	}
}

func explain(file string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = ErrBusy
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w: make the folder writable, or name another with --state", err)
	}
	return fmt.Errorf("open ledger %s: %w", file, err)
}

// Check reads every record and reports what is damaged. It changes nothing.
func Check(file string) error {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := check(file); err != nil {
		return explain(file, err)
	}
	return nil
}

func check(file string) (err error) {
	defer asError(&err)()
	db, err := bbolt.Open(file, 0o666, &bbolt.Options{Timeout: time.Second, ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) error {
		var errs []error
		for _, name := range [][]byte{bucketLive, bucketGone} {
			b := tx.Bucket(name)
			if b == nil {
				errs = append(errs, fmt.Errorf("part %q is missing", name))
				continue
			}
			b.ForEach(func(k, v []byte) error {
				r, err := decode(k, v)
				if err == nil && (r.ID == "" || r.FirstSeen.IsZero()) {
					err = fmt.Errorf("record of %s lacks its id or date", k)
				}
				if err != nil {
					errs = append(errs, err)
				}
				return nil
			})
		}
		if b := tx.Bucket(bucketNames); b != nil { // which older ledgers lack
			errs = append(errs, b.ForEach(func(k, v []byte) error { _, err := decodeName(k, v); return err }))
		}
		if b := tx.Bucket(bucketLeft); b != nil { // likewise
			errs = append(errs, b.ForEach(func(k, v []byte) error { _, err := decodeLeft(k, v); return err }))
		}
		if b := tx.Bucket(bucketDates); b != nil { // likewise
			errs = append(errs, b.ForEach(func(k, v []byte) error { _, err := decodeDate(k, v); return err }))
		}
		return errors.Join(errs...)
	})
}
