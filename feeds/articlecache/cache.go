// Package articlecache keeps on disk what was read of the articles, so that a
// restart reads only the files that differ. All of it but the ids and dates of articles
// can be made again of the files: what is damaged or cut short is dropped, and nothing
// waits until it is safely on disk. A cache that is of another ledger, or newer than
// its ledger, says so (see [Restored]): it may know ids that the ledger has lost.
//
// A cache is two files, which only grow until more than half of them is of no use.
// The text file has the payloads of articles one after the other, each behind a
// checksum of it and of where it lies; they are read one at a time. The log has an
// entry for each file that was read, or is gone: the metadata of an article and where
// in the text file its payload lies. The checksum of an entry covers all entries before
// it, so that none can be missing or come from an older copy of the file. A start reads
// the log from end to end, as far as the last entry that says "commit".
package articlecache

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"feedmill/feeds/internal/regular"
)

// Cache is the two open files. Several builders may share it, each by a [Session] of
// its own. It is safe for concurrent use.
type Cache struct {
	ledger Ledger
	dir    string // empty: the files end with the process

	mu        sync.Mutex
	log       *os.File
	texts     *textFile
	pair      [16]byte // random: which both files begin with, so that they belong together
	oldHead   []byte   // what files of the version before begin with; nil for others
	logEnd    int64    // where the next entry goes
	sum       uint32   // checksum of the last entry before logEnd
	committed int64    // end of the last commit in the log; zero before the log was read
	textsEnd  int64    // of what is written; the content of buffer follows
	buffer    []byte   // texts that are not written yet
	settings  Fingerprint
	entries   int   // in the log
	state     state // of the ledger, at the last commit
	disabled  error // why nothing is written any more; nil while it is

	compacting sync.Mutex // held while the files are not a whole cache; locked before mu
}

// Ledger is what a cache has to know of the ledger that its articles are in:
// which one it is, and how often it has been written to disk.
type Ledger interface {
	State() (instance [16]byte, generation uint64)
}

// state is one of a ledger; see [Ledger].
type state struct {
	instance   [16]byte
	generation uint64
}

func stateOf(l Ledger) (s state) {
	s.instance, s.generation = l.State()
	return s
}

// Fingerprint stands for everything besides a file that reading it depends on.
type Fingerprint [32]byte

// magic begins both files and names their version. Files of the version before are
// read, and then rewritten by Compact: see old.go.
const magic = "feedmill cache 3\n"

const headSize = len(magic) + len(Cache{}.pair)

// textFile is a file of texts.
type textFile struct {
	*os.File
	old bool // of the version before: see old.go
}

const logFile, textsFile = "articles.cache", "articles.cache.texts"

// Open opens the cache in a folder, or begins a new one, for articles that l knows.
// No other process may have it open; the lock of a ledger in the same folder sees
// to that.
func Open(dir string, l Ledger) (*Cache, error) {
	c := &Cache{ledger: l, dir: dir}
	for _, name := range []string{logFile, textsFile} { // of a compaction that did not come to its end
		os.Remove(filepath.Join(dir, name+".new"))
	}
	if c.resume() {
		return c, nil
	}
	return c.begin()
}

// Temporary makes a cache that ends with the process and has no name on disk.
func Temporary(l Ledger) (*Cache, error) {
	return (&Cache{ledger: l}).begin()
}

// Close releases the files. A nil Cache has none.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.disabled == nil {
		c.disabled = fs.ErrClosed
	}
	return errors.Join(c.log.Close(), c.texts.Close())
}

// resume opens the files that are there; false unless they belong to each other.
func (c *Cache) resume() bool {
	log, logErr := regular.OpenFile(filepath.Join(c.dir, logFile), os.O_RDWR, 0)
	texts, textsErr := regular.OpenFile(filepath.Join(c.dir, textsFile), os.O_RDWR, 0)
	if logErr == nil && textsErr == nil {
		one, two := readHead(log), readHead(texts)
		if one != nil && bytes.Equal(one, two) {
			copy(c.pair[:], one[len(magic):])
			c.log, c.texts, c.oldHead = log, &textFile{texts, len(one) > headSize}, nil
			if c.texts.old {
				c.oldHead = one
			}
			c.textsEnd, _ = texts.Seek(0, io.SeekEnd)
			c.logEnd, _ = log.Seek(0, io.SeekEnd)
			return true
		}
	}
	log.Close() // of nil, too
	texts.Close()
	return false
}

// readHead is what a file begins with; nil unless that is of a cache that can be read.
func readHead(f io.ReaderAt) []byte {
	head := make([]byte, oldHeadSize)
	n, _ := f.ReadAt(head, 0)
	switch {
	case n >= headSize && string(head[:len(magic)]) == magic:
		return head[:headSize]
	case n == oldHeadSize && string(head[:len(magic)]) == oldMagic:
		return head
	}
	return nil
}

// head is what both files begin with.
func (c *Cache) head() []byte { return append([]byte(magic), c.pair[:]...) }

func (c *Cache) begin() (*Cache, error) {
	if err := c.makeFiles(""); err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	return c, nil
}

// makeFiles makes empty files and turns to them. Their names end in suffix.
func (c *Cache) makeFiles(suffix string) error {
	texts, err := c.create(textsFile + suffix)
	if err != nil {
		return err
	}
	log, err := c.create(logFile + suffix)
	if err != nil {
		texts.Close()
		return err
	}
	rand.Read(c.pair[:]) // never fails
	c.log, c.texts, c.oldHead, c.logEnd, c.textsEnd = log, &textFile{File: texts}, nil, int64(headSize), int64(headSize)
	c.committed, c.entries, c.buffer, c.settings, c.state, c.sum = int64(headSize), 0, nil, Fingerprint{}, state{}, 0
	_, one := texts.WriteAt(c.head(), 0)
	_, two := log.WriteAt(c.head(), 0)
	return errors.Join(one, two)
}

func (c *Cache) create(name string) (*os.File, error) {
	if c.dir != "" {
		name = filepath.Join(c.dir, name)
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			os.Remove(name) // a pipe, an empty folder, or a link that leads nowhere
		}
		return regular.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	}
	f, err := os.CreateTemp("", "feedmill")
	if err == nil {
		os.Remove(f.Name()) // where an open file can't be removed, the system clears up
	}
	return f, err
}

// disable ends all writing, for a reason, and leaves no cache to the next start. What
// was written can still be read.
func (c *Cache) disable(reason error) error {
	if c.disabled == nil {
		c.disabled = reason
		if c.dir != "" {
			os.Remove(filepath.Join(c.dir, logFile))
		}
	}
	return reason
}
