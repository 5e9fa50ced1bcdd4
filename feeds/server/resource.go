package server

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

// Resource is one URL that a snapshot offers.
type Resource struct {
	Path      string // escaped, below the base URL, beginning with a slash; a page's ends in one
	MediaType string // with charset
	render    func() (*content, error)
}

// Body renders the resource's bytes, which the caller must not change.
func (r Resource) Body() ([]byte, error) {
	c, err := r.render()
	if err != nil {
		return nil, err
	}
	return c.body.In(document.Identity), nil
}

// Name is the slash-separated name of the file from which a plain web server
// answers for Path: a page's ends in index.html. It stays below the folder that
// it is joined to: segments that no file can be called by stay escaped.
func (r Resource) Name() string {
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

// Resources yields every URL that snap offers and that has a number: all but the
// feeds that readers compose. It encodes no document; feeds are
// assembled as far as it takes to know their archives.
func Resources(snap *document.Snapshot, opt Options) iter.Seq[Resource] {
	v := newView(snap, opt)
	return func(yield func(Resource) bool) {
		for _, r := range append(v.fixed(), v.furtherSheets()...) {
			if !yield(r) {
				return
			}
		}
		for _, l := range snap.Listings {
			for _, r := range v.ranking(l.Key) {
				if !yield(r) {
					return
				}
			}
			if !yield(v.feedPage(l)) {
				return
			}
			for _, f := range feeds.Formats {
				if !yield(v.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f)) {
					return
				}
			}
			for a := range l.Periods() {
				for _, f := range feeds.Formats {
					if !yield(v.document(l.Key.ArchivePath(a.Name, f), l.Key, a.Revision, time.Time{}, f)) {
						return
					}
				}
				if !yield(v.archivePage(l, a)) {
					return
				}
			}
		}
	}
}

// ranking lists the resources of the ranking of a feed. Nothing else keeps it.
func (v *view) ranking(k feeds.Key) (all []Resource) {
	if v.snap.Compose == nil {
		return nil
	}
	m := &mix.Mix{Top: true}
	if k.Kind != feeds.All {
		m.Of = [][]feeds.Key{{k}}
	}
	l := v.snap.Compose(m)
	all = append(all, v.mixPage(l))
	for _, f := range feeds.Formats {
		all = append(all, v.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f))
	}
	return all
}

// fixed lists the resources that are no feed's.
func (v *view) fixed() []Resource {
	all := []Resource{
		v.aboutPage(), asset(stylePath, "text/css; charset=utf-8", style),
		asset(scriptPath, "text/javascript; charset=utf-8", script), asset(iconPath, "image/svg+xml; charset=utf-8", icon),
		asset(feeds.StylesheetPath, "text/css; charset=utf-8", feedStyle),
	}
	for _, k := range feeds.Kinds {
		if k != feeds.All {
			all = append(all, v.kindPage(k, 1))
		}
	}
	if l := v.snap.Listing(feeds.Key{}); l != nil {
		all = append(all, v.newestPage(l))
	}
	if v.opt.OPML != nil {
		all = append(all, v.outline())
	}
	return all
}
