package server

import "strings"

// archive returns the archive document, or the page with the same articles, at an
// escaped path, or where to go instead, or neither. A period that has been split,
// or whose articles have all gone, leads to the one from which to read on.
func (v *view) archive(path string) (res *Resource, redirect string) {
	folder, rest, ok := strings.Cut(path, "/archive/")
	period, file, slash := strings.Cut(rest, "/")
	if !slash {
		file = noSlash
	}
	f, known := format(file)
	if !ok || !known && file != "" && file != noSlash {
		return nil, ""
	}
	asked, _, ok := split(folder + "/")
	l := v.listing(asked)
	if !ok || l == nil {
		return nil, ""
	}
	at := func(period string) string {
		if !known {
			return archivePagePath(l.Key, period)
		}
		return l.Key.ArchivePath(period, f)
	}
	a, instead := l.Archive(period)
	switch {
	case instead != "":
		return nil, at(instead)
	case a == nil:
		return nil, ""
	case l.Key != asked || at(period) != path:
		return nil, at(period)
	}
	r := v.archivePage(l, a)
	if known {
		r = v.document(path, l.Key, a.Revision, a.Next, f)
	}
	return &r, ""
}
