package article

import (
	"encoding/binary"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
	"feedmill/feeds/internal/packed"
)

// payload is what an article is only read for to be rendered. Of the item it
// has what is not metadata.
type payload struct {
	item  feeds.Item
	body  body.Body
	named named // not packed: only old digests take it
}

// append writes the payload in the form that unpack reads, with what own makes of
// each address.
func (p *payload) append(b []byte, own func(address string) string) []byte {
	it := &p.item
	b = appendStrings(b, own(it.URL), own(it.OriginalURL), it.Summary, it.Language, string(p.body.Markup))
	b = packed.AppendBytes(b, p.body.Text)
	b = packed.AppendString(b, p.body.Featured)
	b = appendList(b, it.AMP, func(b []byte, l feeds.Link) []byte { return appendStrings(b, own(l.URL), l.Title) })
	b = appendList(b, it.Authors, func(b []byte, p feeds.Person) []byte {
		return appendStrings(b, p.Name, p.Email, own(p.URL), own(p.Avatar))
	})
	b = appendList(b, it.Images, func(b []byte, i feeds.Image) []byte {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(i.Width)), uint64(i.Height))
		return appendStrings(b, own(i.URL), i.Title, i.Credit)
	})
	b = appendList(b, it.Enclosures, func(b []byte, e feeds.Enclosure) []byte {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(e.Length)), uint64(e.Duration))
		return appendStrings(b, own(e.URL), e.Type)
	})
	b = appendList(b, it.Related, func(b []byte, r feeds.Related) []byte {
		return packed.AppendTime(appendStrings(b, own(r.URL), r.Title, r.Summary, r.Provider), r.Published)
	})
	b = appendList(b, one(it.Video), func(b []byte, v feeds.Video) []byte { return appendVideo(b, v, own) })
	return appendList(b, one(it.Source), func(b []byte, s feeds.Source) []byte {
		return appendStrings(b, s.Name, own(s.URL), own(s.Icon), s.ID)
	})
}

func appendVideo(b []byte, v feeds.Video, own func(string) string) []byte {
	return appendStrings(b, own(v.PlayerURL), own(v.PageURL))
}

// asIs leaves an address as it is.
func asIs(address string) string { return address }

func appendTag(b []byte, t feeds.Tag) []byte {
	return packed.AppendString(append(b, byte(t.Kind)), t.Name)
}

// unpack reads a payload. Any bytes give one or packed.ErrMalformed.
func (p *Parser) unpack(b []byte) (*payload, error) {
	r := packed.NewReader(b)
	var it feeds.Item
	it.URL, it.OriginalURL, it.Summary, it.Language = r.String(), r.String(), r.String(), r.String()
	markup := body.Markup(r.String())
	text := p.bodies.Body(r.Bytes(), markup, r.String())
	it.AMP = list(r, func() feeds.Link { return feeds.Link{URL: r.String(), Title: r.String()} })
	it.Authors = list(r, func() feeds.Person {
		return feeds.Person{Name: r.String(), Email: r.String(), URL: r.String(), Avatar: r.String()}
	})
	it.Images = list(r, func() feeds.Image {
		return feeds.Image{Width: r.Int(), Height: r.Int(), URL: r.String(), Title: r.String(), Credit: r.String()}
	})
	it.Enclosures = list(r, func() feeds.Enclosure {
		return feeds.Enclosure{Length: int64(r.Uvarint()), Duration: time.Duration(r.Uvarint()), URL: r.String(), Type: r.String()}
	})
	it.Related = list(r, func() feeds.Related {
		return feeds.Related{URL: r.String(), Title: r.String(), Summary: r.String(), Provider: r.String(), Published: r.Time()}
	})
	for _, v := range list(r, func() feeds.Video { return feeds.Video{PlayerURL: r.String(), PageURL: r.String()} }) {
		it.Video = &v
	}
	for _, s := range list(r, func() feeds.Source {
		return feeds.Source{Name: r.String(), URL: r.String(), Icon: r.String(), ID: r.String()}
	}) {
		it.Source = &s
	}
	return &payload{item: it, body: text}, r.Err()
}

func appendStrings(b []byte, all ...string) []byte {
	for _, s := range all {
		b = packed.AppendString(b, s)
	}
	return b
}

func appendList[T any](b []byte, all []T, add func([]byte, T) []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, e := range all {
		b = add(b, e)
	}
	return b
}

// list reads elements; nil for none.
func list[T any](r *packed.Reader, read func() T) (all []T) {
	for range r.Count() {
		if all = append(all, read()); r.Failed() {
			return nil
		}
	}
	return all
}

// one is a list of what a pointer leads to, if it does.
func one[T any](p *T) []T {
	if p == nil {
		return nil
	}
	return []T{*p}
}
