package server

import (
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// archivePagePath is the escaped path of the page with the articles of a period:
// "/topics/chess/archive/2021-05/".
func archivePagePath(k feeds.Key, period string) string { return k.Path() + "archive/" + period + "/" }

// archivePage is a step on the way back through all articles of a feed.
func (v *view) archivePage(l *document.Listing, a *document.Period) Resource {
	path := archivePagePath(l.Key, a.Name)
	return v.page(path, "archive.html", func(p *page) {
		f := a.Feed()
		p.Of, p.Kind = l, group{v: v, Kind: l.Key.Kind}
		p.Title = l.Name + ", " + periodName(a.Name)
		p.Description = "Articles of " + periodName(a.Name) + " in " + l.Name + "."
		p.Period = periodName(a.Name)
		if p.Trail = v.trail(l); l.Key.Kind != feeds.All {
			p.Trail = append(p.Trail, label{l.Name, v.link(l.Key.Path())})
		}
		p.Items = v.items(f.Items, l.Key)
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
