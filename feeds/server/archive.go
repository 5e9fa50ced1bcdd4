package server

import (
	"net/http"
	"strings"
)

// archivePath takes an escaped path that may be an archive document's apart into
// the period and the path of the subscription document in the same format.
func archivePath(path string) (period, document string, ok bool) {
	page, rest, _ := strings.Cut(path, "/archive/")
	period, file, ok := strings.Cut(rest, "/")
	_, known := format(file)
	return period, page + "/" + file, ok && known
}

// archive returns the archive document at an escaped path, or where to go
// instead, or neither. A period that has been split, or whose articles have all
// gone, leads to the one from which to read on.
func (v *view) archive(path string) (res *Resource, redirect string) {
	period, document, ok := archivePath(path)
	if !ok {
		return nil, ""
	}
	asked, file, ok := split(document)
	l := v.listing(asked)
	if !ok || l == nil {
		return nil, ""
	}
	f, _ := format(file)
	a, instead := l.Archive(period)
	switch {
	case instead != "":
		return nil, l.Key.ArchivePath(instead, f)
	case a == nil:
		return nil, ""
	case l.Key != asked || l.Key.ArchivePath(period, f) != path:
		return nil, l.Key.ArchivePath(period, f)
	}
	r := v.document(l.Key.ArchivePath(period, f), l.Key, a.Revision, a.Next, f)
	return &r, ""
}

// redirectStatus says for how long a path leads to another. What archive document
// to read on from is another matter once a period is split, or has articles.
func redirectStatus(path, to string) int {
	from, _, _ := archivePath(path)
	if period, _, ok := archivePath(to); ok && period != from {
		return http.StatusTemporaryRedirect
	}
	return http.StatusPermanentRedirect
}
