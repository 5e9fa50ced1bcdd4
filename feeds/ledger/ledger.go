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
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

// Ledger is safe for concurrent use. A file serves one process at a time.
type Ledger struct {
	mu        sync.Mutex
	file      string
	db        *bbolt.DB         // nil: nothing outlives the process
	readOnly  bool              // db is only read: what is new does not outlive the process
	old       bool              // there can be records that are old
	tx        *bbolt.Tx         // between beginReads and endReads
	damage    error             // what could not be read since the last Update
	state     state             // what belongs to what is on disk
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
}

// version is that of the file's format; see upgrade.go for those before. Any other
// is refused.
const version = "3"

var (
	bucketMeta = []byte("meta")
	bucketLive = []byte("articles") // path → Record
	bucketGone = []byte("gone")     // path → Record
	bucketIDs  = []byte("ids")      // id → path

	buckets    = [...][]byte{bucketMeta, bucketLive, bucketGone, bucketIDs, bucketNames, bucketLeft, bucketDates}
	keyVersion = []byte("version") // in the meta bucket
)

// ErrBusy says that another process has the ledger open.
var ErrBusy = errors.New("in use by another feedmill: stop it, or name another folder with --state")

// Memory is a ledger that forgets everything when the process ends.
func Memory() *Ledger {
	l := &Ledger{
		live: map[string]Record{}, erased: map[string]bool{}, dirty: map[string]bool{}, gone: goneRecords{records: map[string]Record{}}, ids: map[string]string{},
		left: map[string][]LeftFeed{}, unwritten: map[string]bool{}, dates: newDates(),
	}
	rand.Read(l.state.instance[:]) // never fails
	l.gone.changed = l.removals.add
	return l
}

// Open opens the ledger in file, which it makes, with its folder, where there is
// none. The error says what to do; then [Memory] is what is left.
func Open(file string) (*Ledger, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	return open(file, false)
}

// OpenReadOnly opens the ledger in file, which must be there, where it cannot be
// written: what it knows holds, what comes to it is forgotten when the process ends.
func OpenReadOnly(file string) (*Ledger, error) { return open(file, true) }

func open(file string, readOnly bool) (*Ledger, error) {
	l := Memory()
	l.file, l.readOnly = file, readOnly
	if err := l.open(); err != nil {
		return nil, explain(file, err)
	}
	return l, nil
}

// open opens the file. What is damaged in it may show later, when it is read:
// bbolt panics on pages that make no sense.
func (l *Ledger) open() (err error) {
	defer asError(&err)()
	if l.db, err = bbolt.Open(l.file, 0o666, &bbolt.Options{Timeout: time.Second, ReadOnly: l.readOnly, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapped()}); err != nil {
		return err
	}
	if err = l.load(); err != nil {
		l.db.Close()
	}
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

// load checks the version, upgrades an older file, and reads all but the records of
// articles that are there.
func (l *Ledger) load() error {
	if l.readOnly {
		return l.db.View(l.loadFrom)
	}
	return l.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if meta := tx.Bucket(bucketMeta); meta.Get(keyVersion) == nil {
			if err := meta.Put(keyVersion, []byte(version)); err != nil {
				return err
			}
		}
		if err := errors.Join(forgetBegun(tx), l.loadFrom(tx)); err != nil {
			return err
		}
		return l.upgrade(tx)
	})
}

// loadFrom is load without recordWriter; an error where a part is missing.
func (l *Ledger) loadFrom(tx *bbolt.Tx) error {
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("part %q is missing", name)
		}
	}
	meta := tx.Bucket(bucketMeta)
	v := string(meta.Get(keyVersion))
	if v != version && !older(v) {
		return fmt.Errorf("written by another version of feedmill (format %s, this one has %s): use that version, or move the file away", v, version)
	}
	if meta.Get(keyBegun) != nil {
		return errors.New("only a part of the first articles is on disk")
	}
	if err := l.state.load(meta); err != nil {
		return err
	}
	if err := l.loadNames(tx.Bucket(bucketNames)); err != nil {
		return err
	}
	if err := l.loadLeft(tx.Bucket(bucketLeft)); err != nil {
		return err
	}
	l.old = older(v) || meta.Get(keyOld) != nil
	if err := l.loadDates(tx.Bucket(bucketDates), older(v)); err != nil {
		return err
	}
	return tx.Bucket(bucketGone).ForEach(func(k, v []byte) error {
		r, err := decode(k, v)
		l.gone.set(string(k), r)
		return err
	})
}

// Close releases the file.
func (l *Ledger) Close() error {
	if l.db == nil {
		return nil
	}
	return errors.Join(l.FlushDates(), l.db.Close())
}

// Lasting reports whether what is new outlives the process.
func (l *Ledger) Lasting() bool { return l.db != nil && !l.readOnly }

// keepGone is how long an article that was removed is known again when it comes
// back.
const keepGone = 366 * 24 * time.Hour

// keepPlace is how long a path belongs to the article that was removed from it.
const keepPlace = 24 * time.Hour
