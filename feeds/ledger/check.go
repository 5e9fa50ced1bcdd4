package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	bolterrors "go.etcd.io/bbolt/errors"

	"feedmill/feeds"
	"feedmill/feeds/internal/regular"
	"feedmill/feeds/ledger/internal/boltfile"
)

// errDamaged says that a file does not hold what this program wrote.
var errDamaged = errors.New("not a ledger, or damaged: restore it from a backup, or move it away, with its copy, to begin anew, with new ids for renamed articles")

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
	case errors.Is(err, bolterrors.ErrTimeout), errors.Is(err, boltfile.ErrLocked):
		err = ErrBusy
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w: make the folder writable, or name another with --state", err)
	}
	return fmt.Errorf("open ledger %s: %w", file, err)
}

// Check reads every record and reports what is damaged, and which articles are held
// because their records are lost: those are *[feeds.Problem] with the article's path. It
// changes nothing. A file that another process has open is read as well as can be: then
// damage can't be told from what is just being written, and the error is ErrBusy alone
// unless records are lost.
func Check(file string) error {
	f, err := regular.Open(file)
	if errors.Is(err, fs.ErrNotExist) && !exists(file) {
		return nil
	}
	if err != nil {
		return explain(file, err)
	}
	defer f.Close()
	busy := boltfile.Lock(f, false, busyTime)
	c := examine(f, sizeOf(f))
	errs := lostIn(f, c)
	switch damage := c.damage(); {
	case busy != nil:
		errs = append(errs, explain(file, busy))
	case c.isOlder():
		_, _, damaged := convert(f, sizeOf(f), c)
		for _, d := range damaged {
			errs = append(errs, &feeds.Problem{Path: d.path(), Message: fmt.Sprintf("the record of %q in %s of the ledger is damaged", d.name, parts[d.part])})
		}
	case c.foreign():
		errs = append(errs, explain(file, fmt.Errorf("written by another version of feedmill (format %s)", c.version)))
	case damage != nil && sizeOf(f) > 0:
		errs = append(errs, explain(file, fmt.Errorf("%w (%w)", errDamaged, damage)))
		for _, b := range c.broken {
			errs = append(errs, &feeds.Problem{Path: b.path(), Message: fmt.Sprintf("the record of %q in %s of the ledger is damaged", b.name, parts[b.part])})
		}
	}
	return errors.Join(errs...)
}

// path is that of the article that a record is of; empty for others.
func (k key) path() string {
	if k.part == partOf(bucketLive) && utf8.ValidString(k.name) {
		return k.name
	}
	return ""
}

// lostIn names what is lost, as the file says.
func lostIn(f io.ReaderAt, c *contents) (errs []error) {
	if c.problem != nil {
		return nil
	}
	p, err := boltfile.NewReader(f, sizeOf(f))
	if err != nil {
		return nil
	}
	lost := map[string]loss{}
	p.Only = string(bucketLost)
	p.Found = func(bucket, k, v []byte) {
		if v, _, ok := unseal(bucket, k, v); ok {
			if x, err := decodeLoss(v); err == nil {
				lost[string(k)] = x
			}
		}
	}
	p.ReadAll()
	for _, x := range lossesOf(lost) {
		errs = append(errs, x.Problem())
	}
	return errs
}

// Problem is what people are told of it.
func (x Loss) Problem() *feeds.Problem {
	return &feeds.Problem{Path: x.Path, Message: "held: " + x.Cause + ", and another id would show the article to subscribers again; restore a backup of the ledger, give the article an id, or accept that with feedmill accept or a start with --accept"}
}
