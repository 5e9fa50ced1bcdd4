package catalog

import (
	"slices"

	"feedmill/feeds"
)

// Pin assigns a feed the slug that it has now for ever: should the feed go and come
// back after years, it has the same slug, and no other name is given that unless the
// settings say so. Pin reports whether the slug was not yet pinned.
func (c *Catalog) Pin(s *Feed) bool {
	if s.gone || s.ref.kind == feeds.All || c.owners[s.Key()] == s.ref {
		return false
	}
	c.pin(s.Key(), s.ref)
	g := c.group(s.ref)
	c.groups[g] = slices.DeleteFunc(c.groups[g], func(f string) bool { return f == s.ref.fold })
	return true
}

// pin notes that a slug is a name's, unless the settings give it to another.
func (c *Catalog) pin(k feeds.Key, r ref) {
	if owner, ok := c.fixed[k]; ok && owner != r {
		return
	}
	c.owners[k], c.former = r, nil
	if _, ok := c.pinned[r]; !ok {
		c.pinned[r] = k.Slug
	}
}

// formerSlugs is where slugs lead that are no feed's now.
type formerSlugs struct {
	aliases map[feeds.Key]feeds.Key
	retired map[feeds.Key]string
}

// Retired tells the folded names of feeds that were served once and lead nowhere
// now, by their keys. The caller must not change it.
func (c *Catalog) Retired() map[feeds.Key]string { return c.formerSlugs().retired }

func (c *Catalog) formerSlugs() *formerSlugs {
	if c.former != nil {
		return c.former
	}
	c.former = &formerSlugs{map[feeds.Key]feeds.Key{}, map[feeds.Key]string{}}
	renamed := TopicNames(c.opt.Topics)
	for k, r := range c.owners {
		if r.kind == feeds.Topic {
			r.fold = c.fold(renamed(r.fold))
		}
		if s := c.feeds[r]; s == nil {
			c.former.retired[k] = r.fold
		} else if s.Key() != k {
			c.former.aliases[k] = s.Key()
		}
	}
	for _, t := range c.opt.Topics {
		to := feeds.Key{Kind: feeds.Topic, Slug: c.TopicSlug(t.Name)}
		for _, name := range append([]string{t.Name}, t.Aliases...) {
			if from := (feeds.Key{Kind: feeds.Topic, Slug: feeds.Slug(name)}); from != to {
				c.former.aliases[from] = to
			}
		}
	}
	return c.former
}
