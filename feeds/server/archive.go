package server

import (
	"net/http"
	"strings"

	"feedmill/feeds"
)

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
	a, instead := l.Period(period)
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

// redirectStatus says for how long a path leads to another. What archive document
// to read on from is another matter once a period is split, or has articles.
func redirectStatus(path, to string) int {
	if period := periodIn(to); period != "" && period != periodIn(path) {
		return http.StatusTemporaryRedirect
	}
	return http.StatusPermanentRedirect
}

// periodIn is the period in the escaped path of an archive document or its page;
// empty for any other path.
func periodIn(path string) string {
	_, rest, _ := strings.Cut(path, "/archive/")
	period, _, ok := strings.Cut(rest, "/")
	if !ok || len(period) < len(feeds.Monthly) {
		return ""
	}
	return period
}
