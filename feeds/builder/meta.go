package builder

import (
	"feedmill/feeds"
	"feedmill/feeds/catalog"
)

// meta is what a feed says of itself.
type meta struct {
	key                feeds.Key
	id                 string
	name               string // empty for the feed of everything
	title, description string
	parent             string
}

func (b *Builder) meta(s *catalog.Feed) meta {
	site := &b.opt.Site
	if s.Kind() == feeds.All {
		m := meta{title: site.Title, description: site.Description, id: feeds.ID(b.opt.SiteID, "feed")}
		if m.description == "" {
			m.description = "The newest articles of " + site.Title
		}
		return m
	}
	m := meta{key: s.Key(), id: feeds.ID(b.opt.SiteID, "feed", s.Kind().String(), s.Fold()), name: feeds.XMLText(s.Name())}
	m.title = m.name
	if t := s.Topic; t != nil {
		m.description = t.Description
		if t.Title != "" {
			m.title = t.Title
		}
		if t.Parent != "" {
			m.parent = b.catalog.TopicSlug(t.Parent)
		}
	}
	if m.title == m.name && m.name != site.Title {
		m.title = m.name + " – " + site.Title
	}
	if m.description == "" {
		m.description = s.Kind().Newest(m.name, site.Title)
	}
	return m
}
