// Package ledger remembers what must outlive a restart: the id of every article,
// fixed at first sight, when it was first shown, when a reader last saw a change
// in it, and where it lay.
//
// It decides what an article is. A file at a known path is the article that lay
// there; one at a new path is an article that was removed, if it states the same id
// or link or holds the same content; anything else is a new article. So an id
// survives edits of title, links, topics, date and file name, also while nobody
// was watching.
package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

// Ledger is safe for concurrent use. A file serves one process at a time.
type Ledger struct {
	mu        sync.Mutex
	file      string
	log       *slog.Logger
	db        *bbolt.DB // nil: nothing outlives the process
	disk      *os.File  // that db has open
	stamp     stamp     // of disk, after the last write
	sum       summary   // what disk says of itself
	readOnly  bool      // db is only read: what is new does not outlive the process
	tx        *bbolt.Tx // between beginReads and endReads
	failed    error     // why there is no file any more; nil while there is
	damage    error     // what could not be read since the last Update
	state     state     // what belongs to what is on disk
	copier    copier
	origin    *Ledger           // of a shadow: see Preview; else nil
	emptyFile bool              // nothing is in db; only known between beginReads and endReads
	live      map[string]Record // what is not in db, or not yet, by path; Gone ones never
	erased    map[string]bool   // paths in db that count no more
	dirty     map[string]bool   // paths where what is gone, or erased, differs from db
	gone      goneRecords       // of articles that were removed or unpublished
	ids       map[string]string // id to path, of what is not in db or not yet
	removals  removalLog        // changes of gone and left
	pruned    time.Time         // when gone and left were last looked through for what is too old

	left      map[string][]LeftFeed // by id, the earliest first
	unwritten map[string]bool       // ids whose left feeds differ from those in db

	names   map[string][]string  // kind/fold of all feeds ever served to their slugs
	owners  map[feeds.Key]string // and back
	unsaved map[string]bool      // names that differ from those in db

	dates *dates
	place os.FileInfo // of the file when it was last seen at its path; nil until then

	incomplete bool // records are lost of which not even the path is known

	lost     map[string]loss // by path
	unlisted map[string]bool // paths in lost, or no more, that differ from db
	held     map[string]bool // paths in lost where an article was seen
	copied   map[string]bool // paths whose records come from an older copy
}

// version is that of the file's format; see upgrade.go for those before. Any other
// is refused.
const version = "4"

var (
	bucketMeta = []byte("meta")
	bucketLive = []byte("articles") // path → Record
	bucketGone = []byte("gone")     // path → Record
	bucketIDs  = []byte("ids")      // id → path

	parts      = [...][]byte{bucketLive, bucketGone, bucketIDs, bucketNames, bucketLeft, bucketDates, bucketLost} // all but meta
	keyVersion = []byte("version")                                                                                // in the meta bucket
)

// ErrBusy says that another process has the ledger open.
var ErrBusy = errors.New("in use by another feedmill: stop it, or name another folder with --state")

// Memory is a ledger that forgets everything when the process ends.
func Memory() *Ledger {
	l := &Ledger{
		live: map[string]Record{}, erased: map[string]bool{}, dirty: map[string]bool{}, gone: goneRecords{records: map[string]Record{}}, ids: map[string]string{},
		left: map[string][]LeftFeed{}, unwritten: map[string]bool{}, dates: newDates(), log: slog.New(slog.DiscardHandler),
		lost: map[string]loss{}, unlisted: map[string]bool{}, held: map[string]bool{}, copied: map[string]bool{}, copier: newCopier(),
	}
	rand.Read(l.state.instance[:]) // never fails
	l.gone.changed = l.removals.add
	return l
}

// Options is what a ledger is opened with.
type Options struct {
	ReadOnly bool         // the file, which must be there, is not written: what comes to the ledger is forgotten when the process ends
	Logger   *slog.Logger // is told of damage and what became of it; nil for nobody
}

// Open opens the ledger in file, which it makes, with its folder, where there is
// none. A file that is damaged is put aside, and made again of what is sound in it and
// in the copy beside it; see [Ledger.Lost]. The error says what to do; then [Memory] is
// what is left.
func Open(file string) (*Ledger, error) { return OpenWith(file, Options{}) }

// OpenReadOnly is OpenWith of a file that is not written.
func OpenReadOnly(file string) (*Ledger, error) { return OpenWith(file, Options{ReadOnly: true}) }

// OpenWith is Open with options.
func OpenWith(file string, opt Options) (*Ledger, error) {
	if !opt.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return nil, fmt.Errorf("make the state folder: %w", err)
		}
	}
	l := Memory()
	l.file, l.readOnly = file, opt.ReadOnly
	if opt.Logger != nil {
		l.log = opt.Logger
	}
	if err := l.open(); err != nil {
		return nil, explain(file, err)
	}
	return l, nil
}

// load reads all but the records of articles that are there.
func (l *Ledger) load() error {
	err := l.view(func(tx *bbolt.Tx) (err error) {
		for _, name := range parts {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("part %q is missing", name)
			}
		}
		if l.sum, err = parseSummary(tx.Bucket(bucketMeta).Get(keySummary)); err != nil {
			return err
		}
		return errors.Join(l.loadNames(tx), l.loadLeft(tx), l.loadDates(tx), l.loadLost(tx), l.loadGone(tx))
	})
	l.state = l.sum.state
	return err
}

// each calls do with the records of a bucket. A broken seal ends it.
func each(tx *bbolt.Tx, bucket []byte, do func(k, v []byte) error) error {
	return tx.Bucket(bucket).ForEach(func(k, v []byte) error {
		v, err := open(bucket, k, v)
		if err != nil {
			return err
		}
		return do(k, v)
	})
}

func (l *Ledger) loadGone(tx *bbolt.Tx) error {
	return each(tx, bucketGone, func(k, v []byte) error {
		r, err := decode(k, v)
		l.gone.set(string(k), r)
		return err
	})
}

// Close releases the file, after a copy of it was made where there is none of its state.
func (l *Ledger) Close() error {
	if l.db == nil {
		return nil
	}
	err := l.FlushDates()
	l.copyAtEnd()
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(err, l.closeDisk())
}

// Lasting reports whether what is new outlives the process.
func (l *Ledger) Lasting() bool { return l.db != nil && !l.readOnly }

// keepGone is how long an article that was removed is known again when it comes
// back.
const keepGone = 366 * 24 * time.Hour

// keepPlace is how long a path belongs to the article that was removed from it.
const keepPlace = 24 * time.Hour
