// Package articlecache keeps on disk what was read of the articles, so that a
// restart reads only the files that differ.
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
)

// Cache is the parsed articles, so that a restart reads only the files that
// differ. All of it can be made again of the files: what is damaged, torn, of
// another ledger or ahead of this one is dropped, and nothing waits for a disk.
//
// It is two files that only grow until more than half of them is of no use: one
// of cards, which a start reads from end to end, and one of texts, which are
// read one at a time. MetadataReader count up to the last commit. It is safe for
// concurrent use, by several builders.
type Cache struct {
	ledger Ledger
	dir    string // empty: it ends with the process

	mu        sync.Mutex
	cards     *os.File
	texts     *os.File
	ids       pair   // what both files begin with
	cardsEnd  int64  // where the next card goes
	committed int64  // cards up to here count; zero before anything was read
	textsEnd  int64  // of what is written; the buffer goes there
	buffer    []byte // texts
	settings  Fingerprint
	entries   int   // among cards
	state     state // of the ledger, at the last commit
	broken    error // why nothing is written any more

	rewriting sync.Mutex // held while the files are no whole cache; taken first
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

// pair names a file of cards and the texts that belong to it.
type pair [16]byte

// magic begins both files and names their version.
const magic = "feedmill cache 2\n"

const headSize = len(magic) + len(pair{}) + len(state{}.instance)

const cardsFile, textsFile = "articles.cache", "articles.cache.texts"

// Open opens the cache in a folder, or begins one, for articles that l
// knows. Nobody else may have opened it, which l sees to if it lies there too.
func Open(dir string, l Ledger) (*Cache, error) {
	c := &Cache{ledger: l, dir: dir}
	for _, name := range []string{cardsFile, textsFile} { // of a compaction that did not come to its end
		os.Remove(filepath.Join(dir, name+".new"))
	}
	if c.resume() {
		return c, nil
	}
	if err := c.begin(""); err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	return c, nil
}

// Temporary is a cache that nobody sees and that ends with the process.
func Temporary(l Ledger) (*Cache, error) {
	c := &Cache{ledger: l}
	if err := c.begin(""); err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	return c, nil
}

// Close releases the files. A nil Cache has none.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == nil {
		c.broken = fs.ErrClosed
	}
	return errors.Join(c.cards.Close(), c.texts.Close())
}

// resume opens the files that are there, if they are of the ledger and of each
// other.
func (c *Cache) resume() bool {
	cards, cardsErr := os.OpenFile(filepath.Join(c.dir, cardsFile), os.O_RDWR, 0)
	texts, textsErr := os.OpenFile(filepath.Join(c.dir, textsFile), os.O_RDWR, 0)
	if cardsErr == nil && textsErr == nil {
		one, two := make([]byte, headSize), make([]byte, headSize)
		_, err := io.ReadFull(cards, one)
		_, other := io.ReadFull(texts, two)
		copy(c.ids[:], one[len(magic):])
		if err == nil && other == nil && bytes.Equal(one, two) && bytes.Equal(one, c.head()) {
			c.cards, c.texts = cards, texts
			c.textsEnd, _ = texts.Seek(0, io.SeekEnd)
			c.cardsEnd, _ = cards.Seek(0, io.SeekEnd)
			return true
		}
	}
	cards.Close() // of nil, too
	texts.Close()
	return false
}

func (c *Cache) head() []byte {
	instance, _ := c.ledger.State()
	return append(append([]byte(magic), c.ids[:]...), instance[:]...)
}

// begin makes empty files; their names end in suffix until they are whole.
func (c *Cache) begin(suffix string) error {
	texts, err := c.create(textsFile + suffix)
	if err != nil {
		return err
	}
	cards, err := c.create(cardsFile + suffix)
	if err != nil {
		texts.Close()
		return err
	}
	rand.Read(c.ids[:]) // never fails
	c.cards, c.texts, c.cardsEnd, c.textsEnd = cards, texts, int64(headSize), int64(headSize)
	c.committed, c.entries, c.buffer, c.settings, c.state = int64(headSize), 0, nil, Fingerprint{}, state{}
	_, one := texts.WriteAt(c.head(), 0)
	_, two := cards.WriteAt(c.head(), 0)
	return errors.Join(one, two)
}

func (c *Cache) create(name string) (*os.File, error) {
	if c.dir != "" {
		return os.OpenFile(filepath.Join(c.dir, name), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	}
	f, err := os.CreateTemp("", "feedmill")
	if err == nil {
		os.Remove(f.Name()) // where that is not possible, the system clears up
	}
	return f, err
}

// give gives the cache up for the next start; what was written can still be read.
func (c *Cache) give(up error) error {
	if c.broken == nil {
		c.broken = up
		if c.dir != "" {
			os.Remove(filepath.Join(c.dir, cardsFile))
		}
	}
	return up
}
