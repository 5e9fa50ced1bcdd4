package ledger

import (
	"errors"
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

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
	err = db.View(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(w); return err })
	if err != nil {
		return fmt.Errorf("copy ledger: %w", err)
	}
	return nil
}

// Loss is an article whose record is lost: what its id is, or since when it has been
// there, nobody knows. It is held until that is known, or somebody does not care.
type Loss struct {
	Path  string // where the article lies
	Cause string // what became of the record, for people
}

// Lost lists the articles whose records are lost, by path.
func (l *Ledger) Lost() []Loss { return nil }
