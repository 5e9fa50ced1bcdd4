// Package catalog holds all articles in memory and knows which feeds a change
// touches. It does no I/O and reads no clock: its owner says what time it is.
package catalog

import (
	"iter"
	"time"
	"unique"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

// Options is what a catalog is made for.
type Options struct {
	SiteID string             // first part of derived ids
	Topics []feeds.KnownTopic // known even while no article is about them
	Names  []feeds.Name       // that were served before: they keep their slugs, see Pin
}

// Catalog is every article of a site, sorted into feeds.
// It is not safe for concurrent use; its builder owns it.
type Catalog struct {
	opt         Options
	now         time.Time
	articles    map[string]*entry
	ids         map[string]*entry   // by stated id: the article that is shown under it
	rivals      map[string][]string // ids that several articles state, to their paths in order of precedence
	feeds       map[ref]*Feed
	order       []*Feed          // feeds by kind and name; nil until asked for
	groups      map[ref][]string // kind and plain slug to the folds that share it
	unassigned  map[ref]bool     // groups whose slugs are to be assigned anew
	fixed       map[feeds.Key]ref
	touched     []*Feed // each once
	rescored    map[*Feed]bool
	changedIDs  []string                           // ids, see ChangedIDs
	watchingIDs bool                               // ChangedIDs was called: they are to be noted
	folds       map[string]string                  // what feeds.Fold made of names, because it is asked for often
	tagged      map[unique.Handle[feeds.Tag]]*Feed // likewise; some may be gone
	schedule    *Schedule[*entry]                  // articles that time alone will show or hide
	awaited     map[ref]*Schedule[*entry]          // articles that a feed will have
	pinned      map[ref]string                     // slugs for ever: the settings', else the first that a name had
	owners      map[feeds.Key]ref                  // the name that has, or last had, a slug
	former      *formerSlugs                       // made of owners; nil until asked for
}

// ref names a feed by what its name folds to: unlike the slug it never changes.
type ref struct {
	kind feeds.Kind
	fold string
}

// entry is one article and how it is shown now.
type entry struct {
	stated    *article.Article // as the file has it
	shown     *article.Article // with the id it is shown under; nil while not shown
	scheduled bool             // time alone will show or hide it: see isDue
}

// New makes a catalog that holds the settings' topics and no article, at the
// beginning of time: see Advance.
func New(opt Options) *Catalog {
	c := &Catalog{
		opt:      opt,
		articles: map[string]*entry{}, ids: map[string]*entry{}, rivals: map[string][]string{}, tagged: map[unique.Handle[feeds.Tag]]*Feed{},
		feeds: map[ref]*Feed{}, groups: map[ref][]string{}, unassigned: map[ref]bool{}, fixed: map[feeds.Key]ref{}, rescored: map[*Feed]bool{}, folds: map[string]string{}, awaited: map[ref]*Schedule[*entry]{},
		pinned: map[ref]string{}, owners: map[feeds.Key]ref{},
	}
	c.schedule = NewSchedule(c.isDue)
	c.feed(everything)
	for i := range opt.Topics {
		t := &opt.Topics[i]
		r := ref{feeds.Topic, feeds.Fold(t.Name)}
		if t.Slug != "" {
			c.fixed[feeds.Key{Kind: feeds.Topic, Slug: t.Slug}] = r
		}
	}
	for k, r := range c.fixed {
		if slug, ok := c.pinned[r]; !ok || k.Slug < slug {
			c.pinned[r] = k.Slug
		}
	}
	for _, n := range opt.Names {
		for _, slug := range n.Slugs {
			c.pin(feeds.Key{Kind: n.Kind, Slug: slug}, ref{n.Kind, n.Fold})
		}
	}
	for i := range opt.Topics {
		t := &opt.Topics[i]
		c.feed(unique.Make(feeds.Tag{Kind: feeds.Topic, Name: t.Name})).Topic = t
	}
	return c
}

// Len is the number of articles held, shown or not.
func (c *Catalog) Len() int { return len(c.articles) }

// Get returns the article that the file at path holds, or nil.
func (c *Catalog) Get(path string) *article.Article {
	if e := c.articles[path]; e != nil {
		return e.stated
	}
	return nil
}

// Put adds an article or replaces the one of the same path. It reports whether
// a reader can see a difference; see Rescored for the numbers that none sees.
func (c *Catalog) Put(a *article.Article) bool {
	old := c.articles[a.Path]
	if old != nil && old.stated.Alike(a) {
		c.rescore(old, a)
		return false
	}
	if old != nil {
		a = a.After(old.stated)
		c.Remove(a.Path)
	}
	e := &entry{stated: a}
	c.articles[a.Path] = e
	c.claim(e)
	c.place(e)
	return true
}

// Remove takes out the article of a path, if there is one.
func (c *Catalog) Remove(path string) bool {
	e := c.articles[path]
	if e == nil {
		return false
	}
	c.leave(e)
	c.hide(e)
	delete(c.articles, path)
	c.unclaim(e)
	return true
}

func (c *Catalog) show(e *entry) {
	shown := e.stated
	if c.ids[e.stated.ID()] != e {
		shown = shown.With(feeds.Facts{ID: feeds.ID(c.opt.SiteID, "path", e.stated.Path, "again")})
	}
	if e.shown != nil && e.shown.ID() == shown.ID() {
		return
	}
	c.hide(e)
	e.shown = shown
	c.noteID(e)
	for t := range feedsOf(shown) {
		s := c.feed(t)
		s.add(shown, t.Value().Name)
		c.touch(s)
	}
}

func (c *Catalog) hide(e *entry) {
	if e.shown == nil {
		return
	}
	for t := range feedsOf(e.shown) {
		s := c.feed(t)
		s.remove(e.shown, t.Value().Name)
		c.touch(s)
	}
	e.shown = nil
	c.noteID(e)
}

// everything is the feed that each article is in.
var everything = unique.Make(feeds.Tag{Kind: feeds.All})

func feedsOf(a *article.Article) iter.Seq[unique.Handle[feeds.Tag]] {
	return func(yield func(unique.Handle[feeds.Tag]) bool) {
		if !yield(everything) {
			return
		}
		for _, t := range a.Member {
			if !yield(t) {
				return
			}
		}
	}
}

// Touched settles every feed that has changed since the last call and returns
// them in no particular order. Feeds that are empty, not in the settings and
// not kept are gone from the catalog.
func (c *Catalog) Touched() []*Feed {
	var all []*Feed
	seen := map[*Feed]bool{}
	for len(c.touched)+len(c.unassigned) > 0 { // dropping a feed can give another its slug
		for g := range c.unassigned {
			delete(c.unassigned, g)
			c.assignSlugs(g)
		}
		touched := c.touched
		c.touched = nil
		for _, s := range touched {
			if s.touched = false; !seen[s] {
				seen[s] = true
				all = append(all, s)
			}
			s.settle()
			if s.list.Len() == 0 && s.Topic == nil && s.kept == "" && s.ref.kind != feeds.All && !s.gone {
				c.drop(s)
			}
		}
	}
	return all
}

// touch notes that a feed has changed since Touched returned it last.
func (c *Catalog) touch(s *Feed) {
	if !s.touched {
		s.touched = true
		c.touched = append(c.touched, s)
	}
}
