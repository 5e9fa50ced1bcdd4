package catalog

import "feedmill/feeds"

// TopicNames returns a function that turns aliases and other spellings of the
// settings' topics into their names, and leaves all other names alone.
func TopicNames(topics []feeds.KnownTopic) func(string) string {
	names := map[string]string{}
	for _, t := range topics {
		for _, a := range t.Aliases {
			names[feeds.Fold(a)] = t.Name
		}
	}
	for _, t := range topics {
		names[feeds.Fold(t.Name)] = t.Name
	}
	return func(name string) string {
		if n, ok := names[feeds.Fold(name)]; ok {
			return n
		}
		return name
	}
}

// TopicSlug is the slug of one of the settings' topics; empty if it is none.
// Slugs hold after Touched.
func (c *Catalog) TopicSlug(name string) string {
	if s := c.feeds[ref{feeds.Topic, c.fold(name)}]; s != nil && s.Topic != nil {
		return s.slug
	}
	return ""
}

// Aliases leads from the other names of the settings' topics, and from the slugs
// that feeds once had, to their keys. A feed that has such a slug itself comes
// first. The caller must not change it.
func (c *Catalog) Aliases() map[feeds.Key]feeds.Key { return c.formerSlugs().aliases }

// Absent says why the article of a path is in no feed now; empty where it is in one.
func (c *Catalog) Absent(path string) string {
	e := c.articles[path]
	switch {
	case e == nil:
		return "no article"
	case e.shown != nil:
		return ""
	case e.stated.Hidden != "":
		return e.stated.Hidden
	case e.stated.NotBefore().After(c.now):
		return "scheduled for " + e.stated.NotBefore().Format("2006-01-02 15:04:05 MST")
	}
	return "expired at " + e.stated.Expires().Format("2006-01-02 15:04:05 MST")
}
