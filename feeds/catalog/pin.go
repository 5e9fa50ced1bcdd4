package catalog

import (
	"slices"

	"feedmill/feeds"
)

// Pin gives a shelf the slug that it has now for ever: it comes back to it after
// years, and no other name is given it unless the settings say so. Pin reports
// whether that is news.
func (c *Catalog) Pin(s *Shelf) bool {
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
	c.owners[k], c.past = r, nil
	if _, ok := c.pinned[r]; !ok {
		c.pinned[r] = k.Slug
	}
}

// past is where slugs lead that are no feed's now.
type past struct {
	aliases map[feeds.Key]feeds.Key
	retired map[feeds.Key]string
}

// Retired tells the folded names of feeds that were served once and lead nowhere
// now, by their keys. The caller must not change it.
func (c *Catalog) Retired() map[feeds.Key]string { return c.history().retired }

func (c *Catalog) history() *past {
	if c.past != nil {
		return c.past
	}
	c.past = &past{map[feeds.Key]feeds.Key{}, map[feeds.Key]string{}}
	renamed := TopicNames(c.opt.Topics)
	for k, r := range c.owners {
		if r.kind == feeds.Topic {
			r.fold = c.fold(renamed(r.fold))
		}
		if s := c.shelves[r]; s == nil {
			c.past.retired[k] = r.fold
		} else if s.Key() != k {
			c.past.aliases[k] = s.Key()
		}
	}
	c.addAliases(c.past.aliases)
	return c.past
}
