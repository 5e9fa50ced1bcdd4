package site

import (
	"iter"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

// Resources yields every resource of the site of which there is a number: all but
// the feeds that readers compose. It encodes no document; feeds are assembled as
// far as it takes to know their archives.
func (s *Site) Resources() iter.Seq[*Resource] {
	return s.all
}

// Body renders the resource's bytes, which the caller must not change.
func (r *Resource) Body() ([]byte, error) {
	c, err := r.Render()
	if err != nil {
		return nil, err
	}
	return c.Body.In(document.Identity), nil
}

// Name is the slash-separated name of the file from which a plain web server
// answers for Path: a page's ends in index.html. It stays below the folder that
// it is joined to: segments that no file can be called by stay escaped.
func (r *Resource) Name() string {
	segments := strings.Split(r.Path[1:], "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil && filepath.IsLocal(plain) && !strings.ContainsAny(plain, "/\\\x00") {
			segments[i] = plain
		} else {
			segments[i] = strings.ReplaceAll(s, ".", "%2E") // for the slugs "." and ".."
		}
	}
	if last := len(segments) - 1; segments[last] == "" {
		segments[last] = "index.html"
	}
	return strings.Join(segments, "/")
}

func (s *Site) all(yield func(*Resource) bool) {
	for _, r := range routes {
		if found, ok := s.Find(r.pattern, "").(*Resource); ok && found.Path == r.pattern && !yield(found) {
			return
		}
	}
	for _, k := range feeds.Kinds[1:] {
		for n := range max(1, len(s.directory().pages[k]())) {
			if !yield(s.kindPage(k, n+1)) {
				return
			}
		}
	}
	for _, l := range s.snap.Listings {
		if !s.yieldFeed(l, yield) {
			return
		}
	}
}

// yieldFeed goes on with what there is of one feed.
func (s *Site) yieldFeed(l *document.Listing, yield func(*Resource) bool) bool {
	if s.snap.Compose != nil {
		ranked := s.ranking(l.Key)
		if !yield(s.mixPage(ranked)) || !s.yieldDocuments(ranked, yield) {
			return false
		}
	}
	if !yield(s.feedPage(l)) || !s.yieldDocuments(l, yield) {
		return false
	}
	for a := range l.Periods() {
		for _, f := range feeds.Formats {
			if !yield(s.document(l.Key.ArchivePath(a.Name, f), l.Key, a.Revision, time.Time{}, f)) {
				return false
			}
		}
		if !yield(s.archivePage(l, a)) {
			return false
		}
	}
	return true
}

func (s *Site) yieldDocuments(l *document.Listing, yield func(*Resource) bool) bool {
	for _, f := range feeds.Formats {
		if !yield(s.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f)) {
			return false
		}
	}
	return true
}

// ranking is the ranking of a feed.
func (s *Site) ranking(k feeds.Key) *document.Listing {
	m := &mix.Mix{Top: true}
	if k.Kind != feeds.All {
		m.Of = [][]feeds.Key{{k}}
	}
	return s.snap.Compose(m)
}
