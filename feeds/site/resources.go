package site

import (
	"iter"
	"net/url"
	"path/filepath"
	"slices"
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
	return func(yield func(*Resource) bool) {
		var all []*Resource
		for _, r := range routes {
			if found, ok := s.Find(r.pattern, "").(*Resource); ok && found.Path == r.pattern {
				all = append(all, found)
			}
		}
		for _, k := range feeds.Kinds[1:] {
			for n := range max(1, len(s.directory().pages[k]())) {
				all = append(all, s.kindPage(k, n+1))
			}
		}
		refused := func(r *Resource) bool { return !yield(r) }
		if slices.ContainsFunc(all, refused) {
			return
		}
		for _, l := range s.snap.Listings {
			if slices.ContainsFunc(s.resourcesOf(l), refused) {
				return
			}
		}
	}
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

// resourcesOf lists what there is of one feed.
func (s *Site) resourcesOf(l *document.Listing) (all []*Resource) {
	if s.snap.Compose != nil {
		ranked := s.ranking(l.Key)
		all = append(append(all, s.mixPage(ranked)), s.documents(ranked)...)
	}
	all = append(append(all, s.feedPage(l)), s.documents(l)...)
	for a := range l.Periods() {
		for _, f := range feeds.Formats {
			all = append(all, s.document(l.Key.ArchivePath(a.Name, f), l.Key, a.Revision, time.Time{}, f))
		}
		all = append(all, s.archivePage(l, a))
	}
	return all
}

func (s *Site) documents(l *document.Listing) (all []*Resource) {
	for _, f := range feeds.Formats {
		all = append(all, s.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f))
	}
	return all
}

// ranking is the ranking of a feed.
func (s *Site) ranking(k feeds.Key) *document.Listing {
	m := &mix.Mix{Top: true}
	if k.Kind != feeds.All {
		m.Of = [][]feeds.Key{{k}}
	}
	return s.snap.Compose(m)
}
