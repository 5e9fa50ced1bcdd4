package server

import (
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

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
	if path == "/favicon.ico" { // which browsers ask for where no page names the icon
		return nil, iconPath
	}
	asked, file, ok := split(path)
	if !ok {
		if r := v.sheet(path); r != nil {
			return r, ""
		}
		return v.archive(path)
	}
	l := v.listing(asked)
	switch {
	case l == nil:
		return nil, ""
	case file == noSlash:
		return nil, l.Key.Path()
	case l.Key != asked:
		return nil, l.Key.Path() + file
	case file == "":
		r := v.feedPage(l)
		return &r, ""
	}
	f, _ := format(file)
	r := v.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f)
	return &r, ""
}

// noSlash is the file of a page's path that lacks its last slash.
const noSlash = "."

// split takes an escaped path apart into the feed it names and the file, which
// is empty for the page, a known document's name, or noSlash.
func split(path string) (key feeds.Key, file string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, escaped := range parts {
		plain, err := url.PathUnescape(escaped)
		if err != nil {
			return key, "", false
		}
		parts[i] = plain
	}
	if len(parts) == 1 {
		_, known := format(parts[0])
		return feeds.Key{}, parts[0], known || parts[0] == ""
	}
	for _, k := range feeds.Kinds {
		if k != feeds.All && k.Plural() == parts[0] {
			key = feeds.Key{Kind: k, Slug: parts[1]}
			break
		}
	}
	switch {
	case key.Slug == "" || len(parts) > 3:
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
func (v *view) listing(k feeds.Key) *document.Listing {
	if k.Kind == feeds.All {
		return v.snap.Listing(k)
	}
	for _, k := range spellings(k) {
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

// spellings are the keys that somebody may mean by k.
func spellings(k feeds.Key) [3]feeds.Key {
	return [...]feeds.Key{k, {Kind: k.Kind, Slug: strings.ToLower(norm.NFC.String(k.Slug))}, {Kind: k.Kind, Slug: feeds.Slug(k.Slug)}}
}

// retired reports whether an escaped path, which leads nowhere, is of a feed that
// once was, of an archive of it, or of a feed composed of nothing else.
func (v *view) retired(path string) bool {
	for _, p := range [...]string{path, "/" + strings.TrimPrefix(path, v.base)} {
		if folder, _, ok := strings.Cut(p, "/archive/"); ok {
			p = folder + "/"
		}
		if k, _, ok := split(p); ok && v.former(k) != nil {
			return true
		}
	}
	_, m, _, err := v.mixAt(path)
	return m != nil && err == nil && v.ended(m)
}

// former is the feed that once was and that somebody may mean by k; nil for none.
func (v *view) former(k feeds.Key) *document.Listing {
	for _, k := range spellings(k) {
		if name, ok := v.snap.Retired[k]; ok {
			return &document.Listing{Key: k, Name: name}
		}
	}
	return nil
}
