package builder

import (
	"slices"
	"strconv"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/catalog"
	"feedmill/feeds/mix"
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

// meta is what a composed feed says of itself. Its id is made of names, which
// outlive changes of slugs.
func (c *composer) meta(m *mix.Mix) meta {
	site := c.b.opt.Site.Title
	if m.Top {
		var k feeds.Key
		of := site
		if len(m.Of) > 0 {
			k = m.Of[0][0]
			of = c.feed(k).meta.name + " – " + site
		}
		return meta{
			key: m.Key(), title: "Top of " + of, id: feeds.ID(c.b.opt.SiteID, "top", k.Kind.String(), c.feed(k).fold),
			description: "The hottest articles of the last 30 days: " + of,
		}
	}
	text := c.words(m)
	return meta{key: m.Key(), title: text + " – " + site, description: "The newest articles of " + site + ": " + text, id: c.mixID(m)}
}

// mixID is made of the folded names where the address has slugs.
func (c *composer) mixID(m *mix.Mix) string {
	folded := func(group []feeds.Key) string {
		folds := make([]string, len(group))
		for i, k := range group {
			folds[i] = k.Kind.String() + " " + c.feed(k).fold
		}
		slices.Sort(folds)
		return strings.Join(folds, "\n")
	}
	groups := make([]string, len(m.Of))
	for i, g := range m.Of {
		groups[i] = folded(g)
	}
	slices.Sort(groups)
	rest := mix.Mix{Title: m.Title, Quality: m.Quality, Heat: m.Heat, Count: m.Count}
	return feeds.ID(slices.Concat([]string{c.b.opt.SiteID, "mix", rest.Key().Slug, folded(m.Without)}, groups)...)
}

// words puts a mix into words: "Joe Biden and Election, videos, without Sport".
func (c *composer) words(m *mix.Mix) string {
	about, more := c.topicWords(m.Of), []string{}
	for _, k := range feeds.Facets {
		for _, g := range m.Of {
			if g[0].Kind == k {
				more = append(more, k.Before()+c.orWords(g))
			}
		}
	}
	if len(m.Without) > 0 {
		more = append(more, "without "+c.orWords(m.Without))
	}
	for _, t := range m.Title {
		more = append(more, "“"+strings.ReplaceAll(t, "-", " ")+"” in the title")
	}
	for _, n := range []struct {
		word  string
		least *float64
	}{{"quality", m.Quality}, {"heat", m.Heat}} {
		if n.least != nil {
			more = append(more, n.word+" at least "+mix.Decimal(*n.least))
		}
	}
	if m.Count > 0 {
		more = append(more, "at most "+strconv.Itoa(m.Count))
	}
	return strings.Join(append([]string{about}, more...), ", ")
}

// topicWords names the topics: "(AI or Robots) and Law".
func (c *composer) topicWords(groups [][]feeds.Key) string {
	var all []string
	for _, g := range groups {
		if g[0].Kind == feeds.Topic {
			all = append(all, c.orWords(g))
		}
	}
	if len(all) == 0 {
		return "Everything"
	}
	if len(all) > 1 {
		for i, s := range all {
			if strings.Contains(s, " or ") {
				all[i] = "(" + s + ")"
			}
		}
	}
	return strings.Join(all, " and ")
}

// orWords joins names. Types are named as several things: "videos".
func (c *composer) orWords(group []feeds.Key) string {
	names := make([]string, len(group))
	for i, k := range group {
		names[i] = c.feed(k).meta.name
		if k.Kind == feeds.Type && c.feed(k).fold == "video" {
			names[i] = "videos"
		}
	}
	return strings.Join(names, " or ")
}
