package server

import (
	"net/url"
	"slices"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

const (
	mixSegment = "mix" // before an expression: /mix/joe-biden/type:video/rss.xml
	topSegment = "top" // behind a feed's page: /topics/joe-biden/top/rss.xml
)

// mixAddress takes an escaped path below our base apart, if it is that of a
// composed feed: the unescaped segments before the file, and the file, which is
// noSlash where the path lacks its last slash.
func mixAddress(path string) (segments []string, file string, ok bool) {
	for escaped := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		plain, err := url.PathUnescape(escaped)
		if err != nil {
			return nil, "", false
		}
		segments = append(segments, plain)
	}
	last := len(segments) - 1
	if _, known := format(segments[last]); known || segments[last] == "" {
		segments, file = segments[:last], segments[last]
	} else {
		file = noSlash
	}
	n := len(segments)
	ranked := (n == 1 || n == 3) && segments[n-1] == topSegment
	return segments, file, ranked || n > 0 && segments[0] == mixSegment
}

// mixOf reads the segments of a composed feed's address.
func (v *view) mixOf(segments []string) (*mix.Mix, error) {
	if segments[0] == mixSegment {
		return mix.Parse(segments[1:], keyOf(v.part))
	}
	m := &mix.Mix{Top: true}
	if len(segments) == 1 {
		return m, nil
	}
	k, _, ok := split("/" + url.PathEscape(segments[0]) + "/" + url.PathEscape(segments[1]) + "/")
	if !ok {
		return nil, errNoRanking
	}
	l := v.part(k)
	if l == nil {
		return nil, errNoRanking
	}
	m.Of = [][]feeds.Key{{l.Key}}
	return m, nil
}

// keyOf has find answer with the key of the feed.
func keyOf(find func(feeds.Key) *document.Listing) func(feeds.Key) (feeds.Key, bool) {
	return func(k feeds.Key) (feeds.Key, bool) {
		l := find(k)
		if l == nil {
			return k, false
		}
		return l.Key, true
	}
}

// part is the feed that somebody may mean by k, or else one that once was: a
// composed feed does not end with one of its parts.
func (v *view) part(k feeds.Key) *document.Listing {
	if l := v.listing(k); l != nil {
		return l
	}
	return v.former(k)
}

// ended reports whether no article can be in m any more: one of its groups is of
// nothing but feeds that once were.
func (v *view) ended(m *mix.Mix) bool {
	return slices.ContainsFunc(m.Of, func(group []feeds.Key) bool {
		return !slices.ContainsFunc(group, func(k feeds.Key) bool { return v.snap.Listing(k) != nil })
	})
}

// findMix is find for composed feeds; ok is false where the path is none's. An
// entry holds as long as the feed does, because numbers that no reader sees can
// change it without a new snapshot.
func (v *view) findMix(path string) (e *entry, redirect string, ok bool) {
	segments, m, file, err := v.mixAt(path)
	switch {
	case segments == nil:
		return nil, "", false
	case err != nil:
		return nil, "", true
	}
	key := m.Key()
	if plain, ok := m.Plain(); ok {
		key = plain
	}
	if file == noSlash {
		return nil, v.link(key.Path()), true
	}
	if canonical, _, _ := mixAddress(key.Path()); !slices.Equal(canonical, segments) {
		return nil, v.link(key.Path() + file), true
	}
	if v.ended(m) {
		return nil, "", true
	}
	return v.mixEntry(v.snap.Compose(m), file), "", true
}

// mixAt reads the address of a composed feed. The proxy in front may have kept
// the folder that the base URL names.
func (v *view) mixAt(path string) (segments []string, m *mix.Mix, file string, err error) {
	if v.streams == nil || v.snap.Compose == nil {
		return nil, nil, "", nil
	}
	segments, file, ok := mixAddress(path)
	if below, kept := strings.CutPrefix(path, v.base); !ok && kept {
		segments, file, ok = mixAddress(below)
	}
	if !ok {
		return nil, nil, "", nil
	}
	m, err = v.mixOf(segments)
	return segments, m, file, err
}

// mixEntry is the entry of a composed feed's page or document.
func (v *view) mixEntry(l *document.Listing, file string) *entry {
	path := l.Key.Path() + file
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.entries[path]; e != nil && e.of == l.Revision {
		return e
	}
	e := &entry{of: l.Revision, page: pageOf(path), Resource: v.mixPage(l)}
	if f, known := format(file); known {
		e.Resource = v.mixDocument(l, f)
	}
	v.entries[path] = e
	return e
}

// mixDocument is a composed feed in one format. Its bytes count for the view too,
// which may keep them alone.
func (v *view) mixDocument(l *document.Listing, f feeds.Format) Resource {
	r := v.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f)
	plain := r.render
	r.render = func() (*content, error) {
		c, err := plain()
		if err != nil {
			return nil, err
		}
		c.weight += 2 * len(c.body.In(document.Identity))
		return c, nil
	}
	return r
}
