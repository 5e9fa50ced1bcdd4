package article

import (
	"errors"
	"fmt"
	"sync"

	"feedmill/feeds"
)

// Place is where a payload lies in a Store.
type Place uint32

// Store keeps payloads. It is safe for concurrent use.
type Store interface {
	// Payload reads what was put at a place. Its error says that it cannot be
	// read, or is not what was put there.
	Payload(Place) ([]byte, error)
	// Put adds a payload, of which it keeps a copy.
	Put([]byte) (Place, error)
}

// Home is where articles that are in use have their payloads, and what renders
// them. It is safe for concurrent use.
type Home struct {
	Parser *Parser
	Store  Store
	Read   func(path string) ([]byte, error) // an article's file, for a payload that was lost
}

// Keep is a copy of a whose payload is out of memory. After an error it is a.
func (h *Home) Keep(a *Article) (*Article, error) {
	fresh := a.fresh()
	if fresh == nil {
		return a, nil
	}
	packing := borrow()
	defer packing.giveBack()
	packing.bytes = fresh.append(packing.bytes, asIs)
	place, err := h.Store.Put(packing.bytes)
	if err != nil {
		return a, err
	}
	b := *a
	b.extra, b.home, b.place = nil, h, place
	if warnings, expires := a.Warnings(), a.Expires(); warnings != nil || !expires.IsZero() {
		b.extra = &extra{expires: expires, warnings: warnings}
	}
	return &b, nil
}

// buffer is memory that is used again and again.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// borrow returns an empty buffer, until giveBack.
func borrow() *buffer {
	b := buffers.Get().(*buffer)
	b.bytes = b.bytes[:0]
	return b
}

// giveBack keeps the buffer for another use, unless it has become large.
func (b *buffer) giveBack() {
	if cap(b.bytes) <= 1<<20 {
		buffers.Put(b)
	}
}

// fresh is the payload of an article in no home; nil for one that has one.
func (a *Article) fresh() *payload {
	if a.extra == nil {
		return nil
	}
	return a.extra.fresh
}

// Place is where the payload of an article of this home lies.
func (h *Home) Place(a *Article) (p Place, ok bool) { return a.place, a.home == h }

// Item is the article as subscribers see it, rendered anew at each call. The
// error names the file.
func (a *Article) Item() (*feeds.Item, error) {
	p, err := a.payload()
	if err != nil {
		return nil, err
	}
	it := p.item
	it.ID, it.Title, it.Published, it.Updated, it.Tags = a.id, a.title, a.Published, unix(a.updated), tags(a.Member.List())
	p.body.Render(&it)
	return &it, nil
}

var errAnother = errors.New("the file holds another version by now")

// payload reads what the item is made of. One that was lost is made again of
// the file, if that still holds the same.
func (a *Article) payload() (*payload, error) {
	if fresh := a.fresh(); fresh != nil {
		return fresh, nil
	}
	packed, err := a.home.Store.Payload(a.place)
	if err == nil {
		var p *payload
		if p, err = a.home.Parser.unpack(packed); err == nil {
			return p, nil
		}
	}
	p, again := a.reread()
	if again != nil {
		return nil, fmt.Errorf("%s: text is lost: %w; %w", a.Path, err, again)
	}
	return p, nil
}

func (a *Article) reread() (*payload, error) {
	src, err := a.home.Read(a.Path)
	if err != nil {
		return nil, err
	}
	b, err := a.home.Parser.Parse(a.Path, src)
	if err != nil {
		return nil, err
	}
	if b.Digest != a.Digest || b.Content != a.Content {
		return nil, errAnother
	}
	return b.fresh(), nil
}
