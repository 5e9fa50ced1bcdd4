package site

import (
	"errors"
	"slices"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

// The addresses of composed feeds are /mix/ with an expression, as in
// /mix/joe-biden/type:video/rss.xml, and top/ behind a feed's page for a ranking
// of it, as in /topics/joe-biden/top/rss.xml.
const mixSegment = "mix"

// mix is the page or a document of a composed feed.
func (s *Site) mix(a address) Found {
	if !s.canCompose() {
		return nil
	}
	m, err := s.mixOf(a.segments)
	if err != nil {
		return Nothing{err.Error() + "."}
	}
	if to := mixPath(m) + a.file; !a.is(to) {
		return s.moved(to)
	}
	if s.mixEnded(m) {
		return Ended{}
	}
	l := s.snap.Compose(m)
	r := s.mixPage(l)
	if f, ok := format(a.file); ok {
		r = s.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f)
	}
	r.Composed = l.Revision
	return r
}

// mixPath is where the feed that m describes is.
func mixPath(m *mix.Mix) string {
	if k, ok := m.Plain(); ok {
		return k.Path()
	}
	return m.Key().Path()
}

// mixOf reads the segments of a composed feed's address.
func (s *Site) mixOf(segments []string) (*mix.Mix, error) {
	if segments[0] == mixSegment {
		return mix.Parse(segments[1:], keyOf(s.part))
	}
	m := &mix.Mix{Top: true}
	if len(segments) == 1 {
		return m, nil
	}
	if k := (feeds.Key{Kind: kindOf(segments[0]), Slug: segments[1]}); k.Kind != feeds.All && k.Slug != "" {
		if l := s.part(k); l != nil {
			m.Of = [][]feeds.Key{{l.Key}}
			return m, nil
		}
	}
	return nil, errors.New("there is no such feed to rank")
}

// mixAt is the composed feed with a key.
func (s *Site) mixAt(k feeds.Key) (*mix.Mix, error) {
	a, _ := parseAddress(k.Path(), "")
	return s.mixOf(a.segments)
}

// keyOf has find answer with the key of the feed.
func keyOf(find func(feeds.Key) *document.Listing) func(feeds.Key) (feeds.Key, bool) {
	return func(k feeds.Key) (feeds.Key, bool) {
		l := find(k)
		if l == nil {
			return k, false
		}
		return l.Key, true
	}
}

// part is the feed that somebody may mean by k, or else one that once was: a
// composed feed does not end with one of its parts.
func (s *Site) part(k feeds.Key) *document.Listing {
	if l := s.listing(k); l != nil {
		return l
	}
	return s.former(k)
}

// mixEnded reports whether no article can be in m any more: one of its groups is
// of nothing but feeds that once were.
func (s *Site) mixEnded(m *mix.Mix) bool {
	return slices.ContainsFunc(m.Of, func(group []feeds.Key) bool {
		return !slices.ContainsFunc(group, func(k feeds.Key) bool { return s.snap.Listing(k) != nil })
	})
}

// mixPage is the page of a composed feed. Its parts lead to their own pages.
func (s *Site) mixPage(l *document.Listing) *Resource {
	return s.page(l.Key.Path(), "feed.html", func(p *page) {
		p.Of = l
		p.Title = strings.TrimSuffix(l.Name, " – "+s.snap.Site.Title)
		p.Description = l.Description
		p.Items = s.items(l.Feed().Items, l.Key)
		p.Trail = s.mixParts(l.Key)
		p.Pace = pace(l.Feed().Items)
		p.Form = s.formOf(l.Key)
	})
}

// mixParts lists the feeds that a composed feed's address names.
func (s *Site) mixParts(k feeds.Key) []label {
	parts := []label{{"Everything", s.link("/")}}
	m, err := s.mixAt(k)
	if err != nil {
		return parts
	}
	for _, group := range append(m.Of, m.Without) {
		for _, k := range group {
			if l := s.snap.Listing(k); l != nil {
				parts = append(parts, label{l.Name, s.link(k.Path())})
			}
		}
	}
	return parts
}

// Ranked reports whether the page's feed is a ranking.
func (p *page) Ranked() bool {
	k := p.Of.Key
	return k.Kind == feeds.Composed && !strings.HasPrefix(k.Slug, mixSegment+"/")
}
