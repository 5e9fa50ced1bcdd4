package articlecache

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"feedmill/feeds/article"
)

// place is where a text lies.
type place struct {
	off  int64
	size uint32
	file uint32 // number of the file, as in Session; zero for a text that is lost
}

const (
	textHead   = 4       // bytes of the checksum before a text
	maxText    = 1 << 28 // more than any file of an article can give
	bufferSize = 1 << 20 // of texts, and of entries, before they are written
)

var errText = errors.New("the cache is damaged")

// addPlace gives a place a number. A number is never used again: an article can be in
// use for longer than its text. The caller holds mu, or is the only one to use s.
func (s *Session) addPlace(p place) article.Place {
	s.live += int64(p.size)
	s.places = append(s.places, p)
	return article.Place(len(s.places) - 1)
}

// Put implements article.Payloads.
func (s *Session) Put(text []byte) (article.Place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.put(text)
	if err != nil {
		return 0, err
	}
	return s.addPlace(p), nil
}

// checksum is that of a text at a place of the file: a text that damage has copied to
// another place is not taken for the one that belongs there.
func checksum(off int64, text []byte) uint32 {
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], uint64(off))
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, text)
}

// put adds a text to the cache's present file.
func (s *Session) put(text []byte) (place, error) {
	c := s.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.disabled != nil {
		return place{}, c.disabled
	}
	s.followCache()
	p := place{off: c.textsEnd + int64(len(c.buffer)), size: uint32(len(text)), file: s.number}
	c.buffer = binary.BigEndian.AppendUint32(c.buffer, checksumIn(c.texts, p.off, text))
	c.buffer = append(c.buffer, text...)
	if len(c.buffer) >= bufferSize {
		return p, c.writeTexts()
	}
	return p, nil
}

// followCache turns the session to the text file that the cache has now.
func (s *Session) followCache() {
	if s.file != s.cache.texts {
		s.previous, s.file = s.file, s.cache.texts
		s.number++
	}
}

// writeTexts writes what the buffer holds.
func (c *Cache) writeTexts() error {
	if len(c.buffer) == 0 {
		return nil
	}
	if _, err := c.texts.WriteAt(c.buffer, c.textsEnd); err != nil {
		return c.disable(fmt.Errorf("write cache: %w", err))
	}
	c.textsEnd += int64(len(c.buffer))
	c.buffer = c.buffer[:0]
	return nil
}

// current returns the place of a text in the cache's present file, to which it copies
// the text if that is only in an earlier one.
func (s *Session) current(at article.Place) (place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache.mu.Lock()
	same := s.file == s.cache.texts
	s.cache.mu.Unlock()
	p := s.places[at]
	if same && p.file == s.number {
		return p, nil
	}
	text, err := s.read(p)
	if err != nil {
		return p, err
	}
	if p, err = s.put(text); err == nil {
		s.places[at] = p
	}
	return p, err
}

// Payload implements article.Payloads.
func (s *Session) Payload(at article.Place) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int(at) >= len(s.places) {
		return nil, errText
	}
	return s.read(s.places[at])
}

func (s *Session) read(p place) ([]byte, error) {
	file := s.file
	switch p.file {
	case s.number:
	case s.number - 1:
		file = s.previous
	default:
		file = nil
	}
	if file == nil || p.file == 0 || p.size > maxText {
		return nil, errText
	}
	text := s.cache.buffered(file, p)
	if text == nil {
		text = make([]byte, textHead+p.size)
		if _, err := file.ReadAt(text, p.off); err != nil {
			return nil, fmt.Errorf("%w: %w", errText, err)
		}
	}
	if checksumIn(file, p.off, text[textHead:]) != binary.BigEndian.Uint32(text) {
		return nil, errText
	}
	return text[textHead:], nil
}

// buffered returns a copy of a text, with its checksum, that is not written yet; nil
// for another.
func (c *Cache) buffered(file *textFile, p place) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if file != c.texts || p.off < c.textsEnd {
		return nil
	}
	from := p.off - c.textsEnd
	to := from + textHead + int64(p.size)
	if to > int64(len(c.buffer)) {
		return nil
	}
	return slices.Clone(c.buffer[from:to])
}

// ReleaseText says that the next start has no use for the text of an article. Who has
// the article can read its text until the second compaction from now.
func (s *Session) ReleaseText(a *article.Article) {
	at, ok := s.store.Place(a)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live -= int64(s.places[at].size)
}
