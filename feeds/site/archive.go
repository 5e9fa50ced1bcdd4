package site

import (
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// archive is an archive document of a feed, or the page with the same articles. A
// period that has been split, or has no articles any more, leads to the period from
// which to read on; that is a temporary redirect, because the next change of the
// feed can make it another period.
func (s *Site) archive(a address) Found {
	l := s.listing(a.key)
	if l == nil {
		return s.ended(a.key)
	}
	f, isDocument := format(a.file)
	at := func(period string) string {
		if !isDocument {
			return archivePagePath(l.Key, period)
		}
		return l.Key.ArchivePath(period, f)
	}
	period := a.rest[0]
	archive, instead := l.Period(period)
	switch {
	case instead != "":
		return Moved{To: s.link(at(instead))}
	case archive == nil:
		return nil
	case isDocument:
		return s.document(at(period), l.Key, archive.Revision, archive.Next, f)
	}
	return s.archivePage(l, archive)
}

// archivePagePath is the escaped path of the page with the articles of a period:
// "/topics/chess/archive/2021-05/".
func archivePagePath(k feeds.Key, period string) string { return k.Path() + "archive/" + period + "/" }

// archivePage is the page with the articles of one period.
func (s *Site) archivePage(l *document.Listing, a *document.Period) *Resource {
	path := archivePagePath(l.Key, a.Name)
	return s.page(path, "archive.html", func(p *page) {
		f := a.Feed()
		p.Of, p.Kind = l, group{s: s, Kind: l.Key.Kind}
		p.Title = l.Name + ", " + periodName(a.Name)
		p.Description = "Articles of " + periodName(a.Name) + " in " + l.Name + "."
		p.Period = periodName(a.Name)
		if p.Trail = s.trail(l); l.Key.Kind != feeds.All {
			p.Trail = append(p.Trail, label{l.Name, s.link(l.Key.Path())})
		}
		p.Items = s.items(f.Items, l.Key)
		switch p.Newer = l.Key.Path(); {
		case f.Next != "":
			p.Newer = archivePagePath(l.Key, f.Next)
		case l.Key.Kind == feeds.All:
			p.Newer = newestPath
		}
		if f.Prev != "" {
			p.Older = archivePagePath(l.Key, f.Prev)
		}
	})
}

// olderThan is the path of the page that goes on from the newest articles of a
// feed; empty where they are all.
func olderThan(l *document.Listing) string {
	if a, instead := l.Period(l.Feed().Prev); a != nil {
		return archivePagePath(l.Key, a.Name)
	} else if instead != "" {
		return archivePagePath(l.Key, instead)
	}
	return ""
}

// periodName is a period for people: "May 2021", or "May 2021, part ab" where the
// month is too much for a document.
func periodName(period string) string {
	n := min(len(period), len(feeds.Monthly))
	month, err := time.Parse(feeds.Monthly, period[:n])
	if err != nil {
		return period
	}
	name := month.Format("January 2006")
	if part := strings.TrimPrefix(period[n:], "-"); part != "" {
		name += ", part " + part
	}
	return name
}
