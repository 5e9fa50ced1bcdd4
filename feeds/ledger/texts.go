package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/internal/packed"
)

// Texts is a Cache as one builder uses it: it is the [article.Store] of its
// articles, and takes down what the builder has accepted.
type Texts struct {
	cache    *Cache
	settings Fingerprint
	home     *article.Home

	mu     sync.RWMutex
	places []place
	free   []article.Place
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
func (c *Cache) Use(h *article.Home, settings Fingerprint) *Texts {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &Texts{cache: c, settings: settings, home: h, file: c.texts, number: 1}
	h.Store = t
	return t
}

// Restore reads what was committed last, which may be nothing. Call it once,
// before anything else.
func (t *Texts) Restore() Restored {
	c := t.cache
	c.rewriting.Lock()
	defer c.rewriting.Unlock()
	c.mu.Lock()
	t.file = c.texts
	cards, end := c.cards, c.committed
	c.mu.Unlock()
	if end > 0 { // by another builder of this process
		return t.replay(cards, end).Restored
	}
	p := t.replay(cards, c.cardsEnd)
	if p.tail {
		p = t.replay(cards, p.committed)
	}
	return c.restored(t, p)
}

func (t *Texts) replay(cards *os.File, end int64) *replay {
	const usual = 400 // bytes of an entry
	n := int(max(0, end) / usual)
	t.places, t.live = make([]place, 0, n), 0
	p := &replay{texts: t, cards: t.home.Cards(), known: make(map[string]int, n)}
	p.Entries = make([]Entry, 0, n)
	entries(io.NewSectionReader(cards, int64(headSize), max(0, end-int64(headSize))), p.take)
	return p
}

// restored goes on behind what was committed, if that is of any use.
func (c *Cache) restored(t *Texts, p *replay) Restored {
	now := c.ledger.State()
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.committed == 0 || p.state.Generation > now.Generation || c.cards.Truncate(p.committed) != nil || c.texts.Truncate(max(p.textsEnd, int64(headSize))) != nil {
		t.places, t.live = nil, 0
		c.cards.Close()
		c.texts.Close()
		if err := c.begin(""); err != nil {
			c.give(err)
		}
		t.file = c.texts
		return Restored{}
	}
	c.committed, c.cardsEnd, c.textsEnd, c.entries, c.settings, c.state = p.committed, p.committed, max(p.textsEnd, int64(headSize)), p.entries, p.settings, p.state
	c.state.Instance = now.Instance
	p.Whole = p.Whole && c.state == now
	return p.Restored
}

// enter gives a place a number. The caller holds no lock, or the only reference.
func (t *Texts) enter(p place) article.Place {
	t.live += int64(p.size)
	if n := len(t.free); n > 0 {
		at := t.free[n-1]
		t.free, t.places[at] = t.free[:n-1], p
		return at
	}
	t.places = append(t.places, p)
	return article.Place(len(t.places) - 1)
}

// Put implements article.Store.
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

// Payload implements article.Store.
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

// Note takes down an article whose file had a stamp when it was read.
func (t *Texts) Note(a *article.Article, stamp uint64) error {
	at, ok := t.home.Place(a)
	if !ok {
		t.Forget(a.Path)
		return nil
	}
	p, err := t.settle(at)
	if err != nil {
		return err
	}
	return t.add(func(b []byte) []byte {
		b = binary.AppendUvarint(append(b, entryCard), stamp)
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p.off)), uint64(p.size))
		card := a.AppendCard(nil)
		return append(binary.AppendUvarint(b, uint64(len(card))), card...)
	})
}

// settle moves a text to the file of now, where it is not there yet.
func (t *Texts) settle(at article.Place) (place, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cache.mu.Lock()
	current := t.file == t.cache.texts
	t.cache.mu.Unlock()
	p := t.places[at]
	if current && p.file == t.number {
		return p, nil
	}
	text, err := t.read(p)
	if err != nil {
		return p, err
	}
	if p, err = t.put(text); err == nil {
		t.places[at] = p
	}
	return p, err
}

// Skip takes down a file that is no article.
func (t *Texts) Skip(path string, stamp uint64) error {
	return t.add(func(b []byte) []byte {
		return packed.AppendString(binary.AppendUvarint(append(b, entryNone), stamp), path)
	})
}

// Forget takes down that there is no file at a path.
func (t *Texts) Forget(path string) error {
	return t.add(func(b []byte) []byte { return packed.AppendString(append(b, entryGone), path) })
}

// add keeps an entry until Commit, or until there are many.
func (t *Texts) add(build func([]byte) []byte) error {
	t.pending = appendEntry(t.pending, build)
	if t.noted++; len(t.pending) < textBuffer {
		return nil
	}
	return t.spill()
}

// spill writes the entries that are pending, behind the texts they name.
func (t *Texts) spill() error {
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spill(t)
}

func (c *Cache) spill(t *Texts) error {
	defer func() { t.pending, t.noted = t.pending[:0], 0 }()
	if c.broken != nil {
		return nil // said once
	}
	if t.file != c.texts { // another builder has compacted: the texts are elsewhere by now
		t.missed = true
		return nil
	}
	if err := c.flushTexts(); err != nil {
		return err
	}
	if c.settings != t.settings {
		head := appendEntry(nil, func(b []byte) []byte { return append(append(b, entrySettings), t.settings[:]...) })
		if err := c.append(head, 1); err != nil {
			return err
		}
		c.settings = t.settings
	}
	return c.append(t.pending, t.noted)
}

func (c *Cache) append(b []byte, entries int) error {
	if _, err := c.cards.WriteAt(b, c.cardsEnd); err != nil {
		return c.give(fmt.Errorf("write cache: %w", err))
	}
	c.cardsEnd += int64(len(b))
	c.entries += entries
	return nil
}

// Commit makes count what was taken down, which the ledger must have on disk. It
// is the state of everything at a time; whole says that the ledger knows of no
// article that was not taken down.
func (t *Texts) Commit(at time.Time, whole bool) error {
	c := t.cache
	state := c.ledger.State()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(t.pending) == 0 && c.state == state && c.committed == c.cardsEnd {
		return nil
	}
	if err := c.spill(t); err != nil || c.broken != nil {
		return err
	}
	flag := uint64(0)
	if whole && !t.missed {
		flag = 1
	}
	err := c.append(appendEntry(nil, func(b []byte) []byte {
		b = packed.AppendTime(binary.AppendUvarint(append(b, entryCommit), state.Generation), at)
		return binary.AppendUvarint(b, flag)
	}), 1)
	if err == nil {
		c.committed, c.state = c.cardsEnd, state
	}
	return err
}

// spare is how much of the files may be of no use however small they are: bytes
// of texts, and entries.
var spare = struct {
	bytes   int64
	entries int
}{16 << 20, 10_000}

// Compact writes everything anew if more than half of the files is of no use.
// all yields every file, of which there are n.
func (t *Texts) Compact(at time.Time, whole bool, n int, all iter.Seq[Entry]) error {
	c := t.cache
	if !t.wasteful(n) {
		return nil
	}
	c.rewriting.Lock()
	defer c.rewriting.Unlock()
	err := t.renew()
	if err == nil {
		err = t.rewrite(at, whole, all)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && c.dir != "" { // texts first: cards without theirs are nothing
		err = errors.Join(
			os.Rename(filepath.Join(c.dir, textsFile+".new"), filepath.Join(c.dir, textsFile)),
			os.Rename(filepath.Join(c.dir, cardsFile+".new"), filepath.Join(c.dir, cardsFile)))
	}
	if err != nil {
		return c.give(fmt.Errorf("compact cache: %w", err))
	}
	return nil
}

func (t *Texts) wasteful(n int) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken == nil && (c.textsEnd-2*t.live > spare.bytes || c.entries-2*n > spare.entries)
}

// renew begins new files. Those before serve readers until nobody needs them.
func (t *Texts) renew() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.flushTexts(); err != nil {
		return err
	}
	err := c.begin(".new")
	t.follow()
	return err
}

// rewrite takes everything down in new files. Texts that only readers of the
// past use stay in the file before; those that lie before that are gone.
func (t *Texts) rewrite(at time.Time, whole bool, all iter.Seq[Entry]) error {
	for e := range all {
		var err error
		if e.Article != nil {
			err = t.Note(e.Article, e.Stamp)
		} else {
			err = t.Skip(e.Path, e.Stamp)
		}
		if err != nil && !errors.Is(err, errText) {
			return err
		}
	}
	t.mu.Lock()
	for i, p := range t.places {
		if p.file != 0 && p.file+1 < t.number {
			t.places[i] = place{}
			t.free = append(t.free, article.Place(i))
		}
	}
	t.mu.Unlock()
	return t.Commit(at, whole)
}
