// Package ledger remembers what must outlive a restart: the id of every article,
// fixed at first sight, when it was first shown, when a reader last saw a change
// in it, and where it lay.
//
// It decides what an article is. A file at a known path is the article that lay
// there; one at a new path is an article that vanished, if it states the same id
// or link or holds the same content; anything else is a new article. So an id
// survives edits of title, links, topics, date and file name, also while nobody
// was watching.
package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"feedmill/feeds"
)

// Record is what is remembered of one article. Times are UTC in whole seconds.
type Record struct {
	ID          string      `json:"id"`
	FirstSeen   time.Time   `json:"seen"`                  // when it was first there to be shown
	Changed     time.Time   `json:"changed,omitzero"`      // last change that a reader can see; zero for none since then
	Stated      time.Time   `json:"stated,omitzero"`       // the time of change that the file states, if it had come when the file did so
	Link        string      `json:"link,omitempty"`        // the address that the file states
	Digest      []byte      `json:"digest"`                // article.Article.Digest
	Content     []byte      `json:"content"`               // article.Article.Content
	Gone        time.Time   `json:"gone,omitzero"`         // when it was removed or unpublished; zero while it is there
	Unpublished bool        `json:"unpublished,omitempty"` // Gone, but its file is there
	Feeds       []feeds.Tag `json:"feeds,omitempty"`       // where it is shown, or was when it went; none if it never was
}

// Ledger is safe for concurrent use. A file serves one process at a time.
type Ledger struct {
	mu     sync.Mutex
	file   string
	db     *bbolt.DB         // nil: nothing outlives the process
	live   map[string]Record // what is not in db, or not yet, by path; Gone ones never
	erased map[string]bool   // paths in db that count no more
	dirty  map[string]bool   // paths whose records differ from those in db
	gone   map[string]Record // articles that vanished, by the path where they lay
	ids    map[string]string // id to path, of what is not in db or not yet
	losses uint64            // changes of gone and left
	pruned time.Time         // when gone and left were last looked through for what is too old

	left      map[string][]Departure // by id, the earliest first
	unwritten map[string]bool        // ids whose departures differ from those in db

	names   map[string][]string  // kind/fold of all feeds ever served to their slugs
	owners  map[feeds.Key]string // and back
	unsaved map[string]bool      // names that differ from those in db
}

// Version of the format. Another one is refused, not guessed at.
const version = "1"

var (
	bucketMeta = []byte("meta")
	bucketLive = []byte("articles") // path → Record
	bucketGone = []byte("gone")     // path → Record
	bucketIDs  = []byte("ids")      // id → path
)

// ErrBusy says that another process has the ledger open.
var ErrBusy = errors.New("in use by another feedmill: stop it, or name another folder with --state")

// Memory is a ledger that forgets everything when the process ends.
func Memory() *Ledger {
	return &Ledger{live: map[string]Record{}, erased: map[string]bool{}, dirty: map[string]bool{}, gone: map[string]Record{}, ids: map[string]string{}, left: map[string][]Departure{}, unwritten: map[string]bool{}}
}

// Open opens the ledger in file, which it makes, with its folder, where there is
// none. The error says what to do; then [Memory] is what is left.
func Open(file string) (*Ledger, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	l := Memory()
	l.file = file
	if err := l.open(); err != nil {
		return nil, explain(file, err)
	}
	return l, nil
}

// open opens the file and reads all of it once: damage shows now, not in the
// middle of the work. bbolt panics on pages that make no sense.
func (l *Ledger) open() (err error) {
	defer asError(&err)
	if l.db, err = bbolt.Open(l.file, 0o666, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType}); err != nil {
		return err
	}
	if err = errors.Join(l.load(), l.db.View(readable)); err != nil {
		l.db.Close()
	}
	return err
}

// errDamaged says that a file does not hold what this program wrote.
var errDamaged = errors.New("not a ledger, or damaged: restore it from a backup, or move it away to begin anew, with new ids for renamed articles")

// asError turns a panic of bbolt, or an error for which it has no type, into
// errDamaged.
func asError(err *error) {
	switch r := recover(); {
	case r != nil:
		*err = fmt.Errorf("%w (%v)", errDamaged, r)
	case errors.Is(*err, bolterrors.ErrInvalid), errors.Is(*err, bolterrors.ErrChecksum), errors.Is(*err, bolterrors.ErrVersionMismatch),
		*err != nil && strings.Contains((*err).Error(), "file size too small"):
		*err = fmt.Errorf("%w (%w)", errDamaged, *err)
	}
}

// readable walks through every key and value.
func readable(tx *bbolt.Tx) error {
	return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
		return b.ForEach(func(_, _ []byte) error { return nil })
	})
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

// load checks the version and reads what vanished.
func (l *Ledger) load() error {
	return l.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketLive, bucketGone, bucketIDs, bucketNames, bucketLeft} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		switch v := meta.Get([]byte("version")); string(v) {
		case version:
		case "":
			if err := meta.Put([]byte("version"), []byte(version)); err != nil {
				return err
			}
		default:
			return fmt.Errorf("written by another version of feedmill (format %s, this one has %s): use that version, or move the file away", v, version)
		}
		if err := l.loadNames(tx.Bucket(bucketNames)); err != nil {
			return err
		}
		if err := l.loadLeft(tx.Bucket(bucketLeft)); err != nil {
			return err
		}
		return tx.Bucket(bucketGone).ForEach(func(k, v []byte) error {
			r, err := decode(k, v)
			l.gone[string(k)] = r
			return err
		})
	})
}

func decode(k, v []byte) (r Record, err error) {
	if err := json.Unmarshal(v, &r); err != nil {
		return r, fmt.Errorf("record of %s is damaged: %w", k, err)
	}
	return r, nil
}

// Close releases the file.
func (l *Ledger) Close() error {
	if l.db == nil {
		return nil
	}
	return l.db.Close()
}

// Lasting reports whether anything outlives the process.
func (l *Ledger) Lasting() bool { return l.db != nil }

// Paths lists where articles lie as far as is known, in no particular order.
// The ledger must not be used meanwhile.
func (l *Ledger) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for path := range l.live {
			if !yield(path) {
				return
			}
		}
		if l.db == nil {
			return
		}
		l.db.View(func(tx *bbolt.Tx) error {
			c := tx.Bucket(bucketLive).Cursor()
			for k, _ := c.First(); k != nil; k, _ = c.Next() {
				path := string(k)
				if _, newer := l.live[path]; newer || l.erased[path] {
					continue
				}
				if !yield(path) {
					return nil
				}
			}
			return nil
		})
	}
}

// Gone lists the articles that were removed or unpublished after since, by path.
func (l *Ledger) Gone(since time.Time) []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Record
	for _, path := range slices.Sorted(maps.Keys(l.gone)) {
		if r := l.gone[path]; r.Gone.After(since) {
			all = append(all, r)
		}
	}
	return all
}

// Losses counts the changes of what [Ledger.Gone] and [Ledger.Left] tell, and
// perhaps others.
func (l *Ledger) Losses() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.losses
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
	defer asError(&err)
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
		return errors.Join(errs...)
	})
}

// keepGone is how long an article that vanished is known again when it comes
// back.
const keepGone = 366 * 24 * time.Hour

// keepPlace is how long a path belongs to the article that was removed from it.
const keepPlace = 24 * time.Hour
