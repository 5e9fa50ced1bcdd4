package articlecache

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/internal/packed"
)

// Kinds of entries in the file of cards. Each entry has its length and checksum
// before it.
const (
	entryCard     = 'A' // stamp, place of the text, card
	entryNone     = 'N' // stamp, path: a file that is no article
	entryGone     = 'G' // path: no file
	entrySettings = 'S' // fingerprint that what follows was read under
	entryCommit   = 'C' // generation, time, whether the ledger knows nothing else
)

const (
	entryHead = 8       // bytes before an entry
	maxEntry  = 1 << 26 // more is damage
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendEntry frames what build appends.
func appendEntry(b []byte, build func([]byte) []byte) []byte {
	start := len(b)
	b = build(append(b, make([]byte, entryHead)...))
	body := b[start+entryHead:]
	binary.BigEndian.PutUint32(b[start:], uint32(len(body)))
	binary.BigEndian.PutUint32(b[start+4:], crc32.Checksum(body, castagnoli))
	return b
}

// entries yields what is whole of a file of cards, with the place behind it.
func entries(r io.Reader, yield func(body []byte, end int64) bool) {
	in := bufio.NewReaderSize(r, 1<<16)
	var head [entryHead]byte
	var body []byte
	for end := int64(headSize); ; {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint32(head[:]))
		if n == 0 || n > maxEntry {
			return
		}
		if n <= in.Size() { // no longer than what is there, whatever the length says
			var err error
			if body, err = in.Peek(n); err != nil {
				return
			}
			in.Discard(n)
		} else if body = readLong(in, n); body == nil {
			return
		}
		end += int64(entryHead + n)
		if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(head[4:]) || !yield(body, end) {
			return
		}
	}
}

func readLong(r io.Reader, n int) []byte {
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil || len(body) < n {
		return nil
	}
	return body
}

// Entry is what the cache knows of one file.
type Entry struct {
	Path    string
	Stamp   uint64           // of the file when it was read; see Current
	Article *article.Article // nil for a file that is none
	Current bool             // it was read under the settings that hold now
}

// Restored is a cache as it was last committed.
type Restored struct {
	Entries []Entry
	At      time.Time // of the commit; zero for nothing
	Whole   bool      // the ledger knows of no article that is not among Entries
}

// replay reads entries into what they come to.
type replay struct {
	Restored
	texts *Texts
	cards *article.MetadataReader
	known map[string]int // path to the last of Entries

	settings  Fingerprint
	state     state
	entries   int
	committed int64
	textsEnd  int64
	tail      bool // there is something behind the last commit
}

// take takes in one entry; false for one that makes no sense.
func (p *replay) take(body []byte, end int64) bool {
	r := packed.NewReader(body[1:])
	e := Entry{Current: p.settings == p.texts.settings}
	switch p.entries, p.tail = p.entries+1, true; body[0] {
	case entrySettings:
		copy(p.settings[:], r.Fixed(len(p.settings)))
	case entryCommit:
		p.state.generation, p.At, p.Whole = r.Uvarint(), r.Time(), r.Uvarint() == 1
		p.committed, p.tail = end, false
	case entryGone:
		p.put(r.String(), Entry{})
	case entryNone:
		e.Stamp = r.Uvarint()
		e.Path = r.String()
		p.put(e.Path, e)
	case entryCard:
		e.Stamp = r.Uvarint()
		at := place{off: int64(r.Uvarint()), size: uint32(r.Uvarint()), file: p.texts.number}
		p.textsEnd = max(p.textsEnd, at.off+textHead+int64(at.size))
		var err error
		if e.Article, err = p.cards.Read(r.Bytes(), p.texts.enter(at)); err != nil {
			return false
		}
		e.Path = e.Article.Path
		p.put(e.Path, e)
	default:
		return false
	}
	return r.Err() == nil
}

func (p *replay) put(path string, e Entry) {
	if i, ok := p.known[path]; ok {
		if old := p.Entries[i].Article; old != nil {
			p.texts.Drop(old)
		}
		p.Entries[i] = Entry{}
		delete(p.known, path)
	}
	if e.Path != "" {
		p.known[path] = len(p.Entries)
		p.Entries = append(p.Entries, e)
	}
}
