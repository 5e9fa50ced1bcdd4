package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"feedmill/feeds/internal/regular"
	"feedmill/feeds/ledger/internal/boltfile"
)

// Displaced is what KeepPlace has found at the ledger's path in place of its file.
type Displaced struct {
	Deleted bool   // nothing
	Aside   string // another file, which has this name now
}

// KeepPlace sees to it that the file at the ledger's path is the one that is open, so
// that the next start finds what this process knows. Where somebody has deleted it, or put
// another one there, it is written anew; another one is put aside, under a name with the
// time now. It costs next to nothing while the file is in its place.
func (l *Ledger) KeepPlace(now time.Time) (d Displaced, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Lasting() {
		return d, nil
	}
	there, err := os.Stat(l.file)
	if err != nil && exists(l.file) {
		there, err = os.Lstat(l.file) // a link that leads nowhere
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.Deleted = true
	case err != nil:
		return d, fmt.Errorf("look at the ledger: %w", err)
	case l.place != nil && os.SameFile(l.place, there):
		return d, nil
	case isLocked(l.file): // as the file of this process is
		l.place = there
		return d, nil
	default:
		d.Aside = l.file + ".replaced-" + now.UTC().Format("20060102T150405Z")
		if err := os.Rename(l.file, d.Aside); err != nil {
			return Displaced{}, fmt.Errorf("put aside what is in the place of the ledger: %w", err)
		}
	}
	if err := l.recreate(); err != nil {
		return d, fmt.Errorf("put the ledger back: %w", err)
	}
	l.place, err = os.Stat(l.file)
	return d, err
}

// isLocked reports whether a process has a ledger open.
func isLocked(file string) bool {
	f, err := regular.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(boltfile.Lock(f, false, 0), boltfile.ErrLocked)
}
