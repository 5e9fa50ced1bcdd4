package server

import (
	"errors"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

var errNoRanking = errors.New("there is no such feed to rank")

// mixPage is the page of a composed feed. Its parts lead to their own pages.
func (v *view) mixPage(l *document.Listing) Resource {
	return v.page(l.Key.Path(), "feed.html", func(p *page) {
		p.Of = l
		p.Title = strings.TrimSuffix(l.Name, " – "+v.snap.Site.Title)
		p.Description = l.Description
		p.Items = v.items(l.Feed().Items, l.Key)
		p.Trail = v.mixParts(l.Key)
		p.Pace = pace(l.Feed().Items)
		p.Form = v.formOf(l.Key)
	})
}

// mixParts lists the feeds that a composed feed's address names.
func (v *view) mixParts(k feeds.Key) []label {
	parts := []label{{"Everything", v.link("/")}}
	segments, _, _ := mixAddress(k.Path())
	m, err := v.mixOf(segments)
	if err != nil {
		return parts
	}
	for _, group := range append(m.Of, m.Without) {
		for _, k := range group {
			if l := v.snap.Listing(k); l != nil {
				parts = append(parts, label{l.Name, v.link(k.Path())})
			}
		}
	}
	return parts
}

// mixProblem says why there is no composed feed at an escaped path; empty where
// the path is none's.
func (v *view) mixProblem(path string) string {
	_, _, _, err := v.mixAt(path)
	if err == nil {
		return ""
	}
	return err.Error()
}

// HasMixes reports whether feeds can be composed here.
func (p *page) HasMixes() bool { return p.v.streams != nil && p.v.snap.Compose != nil }

// Ranked reports whether the page's feed is a ranking.
func (p *page) Ranked() bool {
	k := p.Of.Key
	return k.Kind == feeds.Composed && !strings.HasPrefix(k.Slug, mixSegment+"/")
}
