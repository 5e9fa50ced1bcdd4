package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unique"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

// Feed is all articles of one feed that are shown now, newest first, without a
// limit to their number.
type Feed struct {
	Topic *feeds.KnownTopic // what the settings say; nil for all else

	ref     ref
	slug    string
	names   []spelling
	list    List
	end     *article.Article // the last one of list and grown
	grown   growing          // behind list, before edits
	edits   []edit           // since it was settled last
	touched bool             // is in the catalog's list of these
	gone    bool
	kept    string // its name while no article gives it one: see Keep
}

// spelling is how some articles write a feed's name.
type spelling struct {
	name     string
	articles int
}

// Kind is the kind of feed.
func (s *Feed) Kind() feeds.Kind { return s.ref.kind }

// Key is the feed's address. It can change while names with the same slug come
// and go.
func (s *Feed) Key() feeds.Key { return feeds.Key{Kind: s.ref.kind, Slug: s.slug} }

// Fold is the feed's name as far as it never changes.
func (s *Feed) Fold() string { return s.ref.fold }

// Gone reports whether the catalog has dropped the feed.
func (s *Feed) Gone() bool { return s.gone }

// Kept reports whether nothing but [Catalog.Keep] keeps the feed.
func (s *Feed) Kept() bool { return s.kept != "" && s.list.Len() == 0 && s.Topic == nil }

// Articles is the feed's content as it was settled last.
func (s *Feed) Articles() List { return s.list }

// Name is the feed's name: the settings' one, else the spelling most used, else
// that with which it is kept.
func (s *Feed) Name() string {
	if s.Topic != nil {
		return s.Topic.Name
	}
	best := spelling{name: s.kept}
	for _, n := range s.names {
		if best.articles == 0 || n.compare(best) < 0 {
			best = n
		}
	}
	return best.name
}

// Spellings lists the ways in which articles write the name, most used first.
func (s *Feed) Spellings() []string {
	all := make([]string, len(s.names))
	for i, n := range slices.SortedFunc(slices.Values(s.names), spelling.compare) {
		all[i] = n.name
	}
	return all
}

func (n spelling) compare(o spelling) int {
	return cmp.Or(cmp.Compare(o.articles, n.articles), strings.Compare(n.name, o.name))
}

// spell counts an article more, or less, that writes the name in one way.
func (s *Feed) spell(name string, more int) {
	i := slices.IndexFunc(s.names, func(n spelling) bool { return n.name == name })
	if i < 0 {
		s.names = append(s.names, spelling{name, more})
	} else if s.names[i].articles += more; s.names[i].articles == 0 {
		s.names = slices.Delete(s.names, i, i+1)
	}
}

// Newer is the order of every feed: by date of publication, latest first,
// those without one last, and by path where dates are equal. It is total.
func Newer(a, b *article.Article) int {
	return cmp.Or(b.Published.Compare(a.Published), strings.Compare(a.Path, b.Path))
}

func (s *Feed) add(a *article.Article, name string) {
	s.spell(name, 1)
	if len(s.edits) == 0 && (s.end == nil || Newer(s.end, a) < 0) {
		s.grown.add(a)
		s.end = a
		return
	}
	s.edits = append(s.edits, edit{article: a})
}

func (s *Feed) remove(a *article.Article, name string) {
	s.spell(name, -1)
	s.edits = append(s.edits, edit{a, true})
}

// settle brings the list up to date, as a new one, because others may hold the
// old.
func (s *Feed) settle() {
	if len(s.grown.leaves)+len(s.grown.tail) > 0 {
		s.list = s.grown.after(s.list)
		s.grown = growing{}
	}
	if len(s.edits) > 0 {
		s.list = s.list.edited(s.edits)
		s.edits = nil
		if s.end = nil; s.list.Len() > 0 {
			s.end = s.list.At(s.list.Len() - 1)
		}
	}
}

// feed returns the feed for a name, which it makes if need be.
func (c *Catalog) feed(h unique.Handle[feeds.Tag]) *Feed {
	if s := c.tagged[h]; s != nil && !s.gone {
		return s
	}
	t := h.Value()
	r := ref{t.Kind, c.fold(t.Name)}
	s := c.feeds[r]
	if s == nil {
		s = &Feed{ref: r}
		c.feeds[r], c.order, c.former = s, nil, nil
		c.touch(s)
		if slug, ok := c.pinned[r]; ok {
			s.slug = slug
		} else if r.kind != feeds.All {
			g := c.group(r)
			c.groups[g] = append(c.groups[g], r.fold)
			c.unassigned[g] = true
		}
	}
	c.tagged[h] = s
	return s
}

func (c *Catalog) fold(name string) string {
	f, ok := c.folds[name]
	if !ok {
		f = feeds.Fold(name)
		c.folds[name] = f
	}
	return f
}

func (c *Catalog) group(r ref) ref { return ref{r.kind, feeds.Slug(r.fold)} }

// assignSlugs gives each feed of a group its slug.
func (c *Catalog) assignSlugs(g ref) {
	if len(c.groups[g]) == 0 {
		delete(c.groups, g)
		return
	}
	key := feeds.Key{Kind: g.kind, Slug: g.fold}
	_, fixed := c.fixed[key]
	_, owned := c.owners[key]
	for fold, slug := range feeds.Slugs(c.groups[g], fixed || owned) {
		if s := c.feeds[ref{g.kind, fold}]; s.slug != slug {
			s.slug, c.former = slug, nil
			c.touch(s)
		}
	}
}

// Keep has the feed of a name stay, or be there, without any article; an empty
// name lets go of the one that t names by what its name folds to. The settings
// may have made the name another topic's: that is there without it.
func (c *Catalog) Keep(t feeds.Tag, name string) {
	s := c.Find(t.Kind, t.Name)
	if s == nil && name != "" && (t.Kind != feeds.Topic || c.fold(TopicNames(c.opt.Topics)(name)) == t.Name) {
		s = c.feed(unique.Make(feeds.Tag{Kind: t.Kind, Name: name}))
	}
	if s != nil && s.kept != name {
		s.kept = name
		c.touch(s)
	}
}

// drop forgets an empty feed.
func (c *Catalog) drop(s *Feed) {
	s.gone = true
	delete(c.feeds, s.ref)
	c.order, c.former = nil, nil
	g := c.group(s.ref)
	c.groups[g] = slices.DeleteFunc(c.groups[g], func(f string) bool { return f == s.ref.fold })
	c.unassigned[g] = true
	const few = 1 << 10
	if len(c.folds)+len(c.tagged) > few+8*len(c.feeds) { // most are of names that no article has any more
		clear(c.folds)
		clear(c.tagged)
	}
}

// Find returns the feed of a kind whose name folds to fold, or nil.
func (c *Catalog) Find(kind feeds.Kind, fold string) *Feed { return c.feeds[ref{kind, fold}] }

// Feeds lists every feed by kind and name. It is the same slice until a
// feed comes or goes. The caller must not change it.
func (c *Catalog) Feeds() []*Feed {
	if c.order == nil {
		c.order = slices.SortedFunc(maps.Values(c.feeds), func(a, b *Feed) int {
			return cmp.Or(cmp.Compare(a.ref.kind, b.ref.kind), strings.Compare(a.ref.fold, b.ref.fold))
		})
	}
	return c.order
}
