package server

import (
	"iter"
	"net/url"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"

	"feedmill/feeds"
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
	return c.body, nil
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

// Resources yields every URL that snap offers, rendering none.
func Resources(snap *feeds.Snapshot, opt Options) iter.Seq[Resource] {
	v := newView(snap, opt)
	return func(yield func(Resource) bool) {
		for _, r := range v.fixed() {
			if !yield(r) {
				return
			}
		}
		for _, l := range snap.Listings {
			if !yield(v.feedPage(l)) {
				return
			}
			for _, f := range feeds.Formats {
				if !yield(v.document(l, f)) {
					return
				}
			}
		}
	}
}

// fixed lists the resources that are no feed's.
func (v *view) fixed() []Resource {
	all := []Resource{v.aboutPage(), asset(stylePath, "text/css; charset=utf-8", style), asset(iconPath, "image/svg+xml; charset=utf-8", icon)}
	for _, k := range feeds.Kinds {
		if k != feeds.All {
			all = append(all, v.kindPage(k))
		}
	}
	if v.opt.OPML != nil {
		all = append(all, v.outline())
	}
	return all
}

// resolve returns the resource at an escaped path, or the canonical path to go
// to instead, or neither.
func (v *view) resolve(path string) (res *Resource, redirect string) {
	for _, r := range v.fixed() {
		switch path {
		case r.Path:
			return &r, ""
		case strings.TrimSuffix(r.Path, "/"):
			return nil, r.Path
		}
	}
	asked, file, ok := split(path)
	if !ok {
		return nil, ""
	}
	l := v.snap.Listing(asked)
	if l == nil && asked.Kind != feeds.All {
		l = v.listing(asked)
	}
	if l == nil {
		return nil, ""
	}
	if file == noSlash {
		return nil, l.Key.Path()
	}
	if l.Key != asked {
		return nil, l.Key.Path() + file
	}
	if file == "" {
		r := v.feedPage(l)
		return &r, ""
	}
	f, ok := format(file)
	if !ok {
		return nil, ""
	}
	r := v.document(l, f)
	return &r, ""
}

// noSlash is the file of a page's path that lacks its last slash.
const noSlash = "."

// split takes an escaped path apart into the feed it names and the file, which
// is empty for the page, a known document's name, or noSlash.
func split(path string) (key feeds.Key, file string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) == 1 {
		_, known := format(parts[0])
		return feeds.Key{}, parts[0], known || parts[0] == ""
	}
	slug, err := url.PathUnescape(parts[1])
	if err != nil || slug == "" {
		return key, "", false
	}
	for _, k := range feeds.Kinds {
		if k != feeds.All && k.Plural() == parts[0] {
			key = feeds.Key{Kind: k, Slug: slug}
			break
		}
	}
	switch {
	case key.Kind == feeds.All || len(parts) > 3:
		return key, "", false
	case len(parts) == 2:
		return key, noSlash, true
	}
	_, known := format(parts[2])
	return key, parts[2], known || parts[2] == ""
}

func format(file string) (feeds.Format, bool) {
	for _, f := range feeds.Formats {
		if f.Filename() == file {
			return f, true
		}
	}
	return 0, false
}

// listing finds the feed that somebody may mean by k: by its slug or one of its
// other names, in any case and normalisation form, or by its name itself.
func (v *view) listing(k feeds.Key) *feeds.Listing {
	for _, slug := range [...]string{k.Slug, strings.ToLower(norm.NFC.String(k.Slug)), feeds.Slug(k.Slug)} {
		k.Slug = slug
		if l := v.snap.Listing(k); l != nil {
			return l
		}
		if to, ok := v.snap.Alias(k); ok {
			if l := v.snap.Listing(to); l != nil {
				return l
			}
		}
	}
	return nil
}
