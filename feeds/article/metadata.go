package article

import (
	"encoding/binary"
	"time"
	"unique"

	"feedmill/feeds"
	"feedmill/feeds/internal/packed"
)

// Flags of packed metadata.
const (
	flagExplicit = 1 << iota
	flagLinked
)

// AppendMetadata packs all of a but its payload, in the form that [MetadataReader] reads.
func (a *Article) AppendMetadata(b []byte) []byte {
	flags := byte(0)
	if a.Explicit {
		flags |= flagExplicit
	}
	if a.linked {
		flags |= flagLinked
	}
	b = append(b, flags)
	texts := [...]string{a.Path, a.id, a.title, a.Link, a.Hidden}
	for _, s := range texts { // lengths first: one string is made of all of them
		b = binary.AppendUvarint(b, uint64(len(s)))
	}
	for _, s := range texts {
		b = append(b, s...)
	}
	b = append(append(b, a.Digest[:]...), a.Content[:]...)
	for _, t := range []time.Time{a.Published, a.NotBefore(), a.Expires(), unix(a.stated), unix(a.updated), unix(a.firstSeen)} {
		b = packed.AppendTime(b, t)
	}
	for _, n := range [...]float64{a.Quality, a.Heat, a.ranked.quality, a.ranked.heat} {
		b = packed.AppendFloat(b, n)
	}
	b = binary.AppendUvarint(b, uint64(a.textSize))
	b = appendList(b, a.Member, func(b []byte, h unique.Handle[feeds.Tag]) []byte { return appendTag(b, h.Value()) })
	return appendList(b, a.Warnings(), func(b []byte, n *feeds.Problem) []byte {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(n.Line)), uint64(n.Col))
		return appendStrings(b, n.Field, n.Message)
	})
}

// MetadataReader reads the packed metadata of articles whose payloads lie in one body
// store. It is not safe for concurrent use.
type MetadataReader struct {
	store *BodyStore
	tags  [feeds.KindCount]map[string]unique.Handle[feeds.Tag] // by name: quicker than to look them up among all
}

// MetadataReader makes a reader of what AppendMetadata has written.
func (s *BodyStore) MetadataReader() *MetadataReader { return &MetadataReader{store: s} }

// Read makes the article that AppendMetadata has written, with its payload at a place.
// Any bytes give an article or packed.ErrMalformed. The article does not refer to b.
func (c *MetadataReader) Read(b []byte, place Place) (*Article, error) {
	r := packed.NewReader(b)
	a := &Article{store: c.store, place: place}
	flags := r.Fixed(1)
	if len(flags) == 1 {
		a.Explicit, a.linked = flags[0]&flagExplicit != 0, flags[0]&flagLinked != 0
	}
	shared(r, &a.Path, &a.id, &a.title, &a.Link, &a.Hidden)
	copy(a.Digest[:], r.Fixed(len(a.Digest)))
	copy(a.Content[:], r.Fixed(len(a.Content)))
	a.Published, a.notBefore = r.Time(), r.Time().Unix()
	expires := r.Time()
	a.stated, a.updated, a.firstSeen = r.Time().Unix(), r.Time().Unix(), r.Time().Unix()
	a.Quality, a.Heat = r.Float(), r.Float()
	a.ranked = score{r.Float(), r.Float()}
	a.textSize = uint32(r.Int())
	a.Member = c.member(r)
	warnings := list(r, func() *feeds.Problem {
		return &feeds.Problem{Path: a.Path, Line: r.Int(), Col: r.Int(), Field: r.String(), Message: r.String()}
	})
	if warnings != nil || !expires.IsZero() {
		a.extra = &extra{warnings: warnings, expires: expires}
	}
	return a, r.Err()
}

// shared reads strings that share one piece of memory.
func shared(r *packed.Reader, texts ...*string) {
	var ends [8]int
	n := 0
	for i := range texts {
		n += r.Int()
		ends[i] = n
	}
	all, start := string(r.Fixed(n)), 0
	for i, s := range texts {
		if len(all) == n {
			*s = all[start:ends[i]]
		}
		start = ends[i]
	}
}

func (c *MetadataReader) member(r *packed.Reader) Tags {
	n := r.Count()
	if n == 0 {
		return nil
	}
	member := make(Tags, 0, min(n, 64))
	for range n {
		kind := r.Fixed(1)
		name := r.Bytes()
		if r.Failed() || int(kind[0]) >= feeds.KindCount {
			r.Fail()
			return nil
		}
		member = append(member, c.tag(feeds.Kind(kind[0]), name))
	}
	return member
}

func (c *MetadataReader) tag(kind feeds.Kind, name []byte) unique.Handle[feeds.Tag] {
	known := c.tags[kind]
	h, ok := known[string(name)]
	if !ok {
		if h = unique.Make(feeds.Tag{Kind: kind, Name: string(name)}); known == nil {
			known = map[string]unique.Handle[feeds.Tag]{}
			c.tags[kind] = known
		}
		known[h.Value().Name] = h
	}
	return h
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
