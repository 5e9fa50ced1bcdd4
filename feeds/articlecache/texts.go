package articlecache

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"sync"

	"feedmill/feeds/article"
)

// Texts is a Cache as one builder uses it: it is the [article.Payloads] of its
// articles, and takes down what the builder has accepted.
type Texts struct {
	cache    *Cache
	settings Fingerprint
	home     *article.BodyStore

	mu     sync.RWMutex
	places []place
	file   *os.File // texts are put there
	before *os.File // and were before, until everything in use had been moved
	number uint32   // of file
	live   int64    // bytes of texts in use

	pending []byte // entries to be written
	noted   int    // how many
	missed  bool   // some were not
}

// place is where a text lies.
type place struct {
	off  int64
	size uint32
	file uint32 // number of the file; zero for no place
}

const textHead = 4 // the checksum before a text

// Use makes the Texts of a builder whose articles are read under settings. The
// home of its articles is h, of which Use sets the Store.
func (c *Cache) Use(h *article.BodyStore, settings Fingerprint) *Texts {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &Texts{cache: c, settings: settings, home: h, file: c.texts, number: 1}
	h.Payloads = t
	return t
}

// enter gives a place a number, which never is another's: an article can be held
// longer than its text. The caller holds no lock, or the only reference.
func (t *Texts) enter(p place) article.Place {
	t.live += int64(p.size)
	t.places = append(t.places, p)
	return article.Place(len(t.places) - 1)
}

// Put implements article.Payloads.
func (t *Texts) Put(text []byte) (article.Place, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := t.put(text)
	if err != nil {
		return 0, err
	}
	return t.enter(p), nil
}

const textBuffer = 1 << 20

// put writes a text to the cache's file of now.
func (t *Texts) put(text []byte) (place, error) {
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return place{}, c.broken
	}
	t.follow()
	p := place{off: c.textsEnd + int64(len(c.buffer)), size: uint32(len(text)), file: t.number}
	c.buffer = binary.BigEndian.AppendUint32(c.buffer, crc32.Checksum(text, castagnoli))
	c.buffer = append(c.buffer, text...)
	if len(c.buffer) >= textBuffer {
		return p, c.flushTexts()
	}
	return p, nil
}

// follow turns to the file that the cache writes to.
func (t *Texts) follow() {
	if t.file != t.cache.texts {
		t.before, t.file = t.file, t.cache.texts
		t.number++
	}
}

// flushTexts writes what the buffer holds.
func (c *Cache) flushTexts() error {
	if len(c.buffer) == 0 {
		return nil
	}
	if _, err := c.texts.WriteAt(c.buffer, c.textsEnd); err != nil {
		return c.give(fmt.Errorf("write cache: %w", err))
	}
	c.textsEnd += int64(len(c.buffer))
	c.buffer = c.buffer[:0]
	return nil
}

var errText = errors.New("the cache is damaged")

// Payload implements article.Payloads.
func (t *Texts) Payload(at article.Place) ([]byte, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if int(at) >= len(t.places) {
		return nil, errText
	}
	return t.read(t.places[at])
}

func (t *Texts) read(p place) ([]byte, error) {
	file := t.file
	switch p.file {
	case t.number:
	case t.number - 1:
		file = t.before
	default:
		file = nil
	}
	if file == nil || p.file == 0 || p.size > maxText {
		return nil, errText
	}
	text := t.cache.unwritten(file, p)
	if text == nil {
		text = make([]byte, textHead+p.size)
		if _, err := file.ReadAt(text, p.off); err != nil {
			return nil, fmt.Errorf("%w: %w", errText, err)
		}
	}
	if crc32.Checksum(text[textHead:], castagnoli) != binary.BigEndian.Uint32(text) {
		return nil, errText
	}
	return text[textHead:], nil
}

// maxText is more than any article's file can give.
const maxText = 1 << 28

// unwritten is a copy of a text that is still in the buffer; nil for another.
func (c *Cache) unwritten(file *os.File, p place) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if file != c.texts || p.off < c.textsEnd {
		return nil
	}
	from := p.off - c.textsEnd
	if from+textHead+int64(p.size) > int64(len(c.buffer)) {
		return nil
	}
	return slices.Clone(c.buffer[from : from+textHead+int64(p.size)])
}

// Drop says that the text of an article is of no use for a later start. It can
// be read for a while yet, for those who hold the article.
func (t *Texts) Drop(a *article.Article) {
	at, ok := t.home.Place(a)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live -= int64(t.places[at].size)
}
