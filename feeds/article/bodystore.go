package article

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
)

// BodyStore holds the payloads of articles, so that they need not be in memory, and
// renders them. It is safe for concurrent use.
type BodyStore struct {
	Parser   *Parser
	Payloads Payloads
	Read     func(path string) ([]byte, error) // reads an article's file, for a payload that was lost
}

// Payloads is where a [BodyStore] keeps packed payloads, such as a file. It is safe
// for concurrent use.
type Payloads interface {
	// Payload reads what was put at a place. Its error says that it cannot be
	// read, or is not what was put there.
	Payload(Place) ([]byte, error)
	// Put adds a payload, of which it makes a copy.
	Put([]byte) (Place, error)
}

// Place is where a payload lies in Payloads.
type Place uint32

// Unload returns a copy of a with its payload in the store and not in memory. After
// an error it returns a.
func (s *BodyStore) Unload(a *Article) (*Article, error) {
	loaded := a.loaded()
	if loaded == nil {
		return a, nil
	}
	packing := borrow()
	defer packing.giveBack()
	packing.bytes = loaded.append(packing.bytes, asIs)
	place, err := s.Payloads.Put(packing.bytes)
	if err != nil {
		return a, err
	}
	b := *a
	b.extra, b.store, b.place = nil, s, place
	if warnings, expires := a.Warnings(), a.Expires(); warnings != nil || !expires.IsZero() {
		b.extra = &extra{expires: expires, warnings: warnings}
	}
	return &b, nil
}

// Place returns where the payload of an article lies; false if it is not in this store.
func (s *BodyStore) Place(a *Article) (p Place, ok bool) { return a.place, a.store == s }

// Item is the article as subscribers see it, rendered anew at each call. It is the same
// for the same article, however long that takes: if ctx ends before it is rendered, the
// error is the cause of that. Any other error names the file.
func (a *Article) Item(ctx context.Context) (*feeds.Item, error) {
	it, text, err := a.unrendered()
	if err != nil {
		return nil, err
	}
	if err := text.Render(ctx, it); err != nil {
		return nil, err
	}
	return it, nil
}

// Plain is the article as Item returns it, but with its text at worst plain. It takes a
// small time that grows with the length of the file, whatever is in it. The error names
// the file.
func (a *Article) Plain() (*feeds.Item, error) {
	it, text, err := a.unrendered()
	if err != nil {
		return nil, err
	}
	text.Plain(it)
	return it, nil
}

// unrendered returns the item without its HTML, and what that is made of.
func (a *Article) unrendered() (*feeds.Item, *body.Body, error) {
	p, err := a.payload()
	if err != nil {
		return nil, nil, err
	}
	it := p.item
	it.ID, it.Title, it.Published, it.Updated, it.Tags = a.id, a.title, a.Published, unix(a.updated), tags(a.Member.List())
	return &it, &p.body, nil
}

// loaded is the payload of an article that has it in memory; nil for another.
func (a *Article) loaded() *payload { return a.rare().loaded }

// payload reads what the item is made of. If the store has lost it, the file is read
// again, and must still hold the same.
func (a *Article) payload() (*payload, error) {
	if loaded := a.loaded(); loaded != nil {
		return loaded, nil
	}
	packed, err := a.store.Payloads.Payload(a.place)
	if err == nil {
		var p *payload
		if p, err = a.store.Parser.unpack(packed); err == nil {
			return p, nil
		}
	}
	p, again := a.reread()
	if again != nil {
		return nil, fmt.Errorf("%s: text is lost: %w; %w", a.Path, err, again)
	}
	return p, nil
}

var errAnother = errors.New("the file holds another version by now")

// reread makes the payload of the article's file, which must still hold the same.
func (a *Article) reread() (*payload, error) {
	src, err := a.store.Read(a.Path)
	if err != nil {
		return nil, err
	}
	b, err := a.store.Parser.Parse(a.Path, src)
	if err != nil {
		return nil, err
	}
	if b.Digest != a.Digest || b.Content != a.Content {
		return nil, errAnother
	}
	return b.loaded(), nil
}

// buffer is memory to pack articles in, which is used again and again.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// borrow returns an empty buffer; giveBack ends its use.
func borrow() *buffer {
	b := buffers.Get().(*buffer)
	b.bytes = b.bytes[:0]
	return b
}

// giveBack keeps the buffer for its next use, unless it has become large.
func (b *buffer) giveBack() {
	if cap(b.bytes) <= 1<<20 {
		buffers.Put(b)
	}
}
