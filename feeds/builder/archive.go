package builder

import (
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
	"feedmill/feeds/document"
)

// archiveTTL is how long a copy of an archive document may be kept: it seldom
// changes.
const archiveTTL = 24 * time.Hour

// archive is the archive of a feed over one state of its articles. It implements
// [document.Archive].
type archive struct {
	list    atomic.Pointer[catalog.List] // one is as good as another if a reader sees no difference
	limits  feeds.Limits
	meta    meta
	shown   int    // how many of the newest articles the subscription document shows at most
	version uint64 // is greater in later states
	periods *periods
}

// use has p make its documents from list from now on, so that the articles of
// another one that looks the same can leave the memory.
func (p *archive) use(list catalog.List) { p.list.Store(&list) }

func (p *archive) calendar() calendar { return calendar{*p.list.Load(), p.limits} }

// Find implements [document.Archive].
func (p *archive) Find(name, first string) (*document.Period, string) {
	c := p.calendar()
	x, ok := c.named(name)
	newest, _ := c.named(first)
	if x.name == "" {
		return nil, ""
	}
	if ok && x.i >= newest.i && x.j >= newest.j {
		return p.document(c, x), ""
	}
	if rank := max(x.i, newest.i); rank < c.list.Len() {
		return nil, c.at(rank).name
	}
	return nil, ""
}

// From implements [document.Archive].
func (p *archive) From(name string) iter.Seq[*document.Period] {
	return func(yield func(*document.Period) bool) {
		c := p.calendar()
		if c.list.Len() == 0 {
			return
		}
		x, ok := c.at(0), true
		if name != "" {
			x, ok = c.named(name)
		}
		for ; ok; x, ok = c.older(x) {
			if !yield(p.document(c, x)) {
				return
			}
		}
	}
}

// document is the archive document of a period.
func (p *archive) document(c calendar, x period) *document.Period {
	src := periodSource{meta: p.meta, name: x.name, limits: p.limits, version: p.version}
	if d := p.periods.find(&src); d != nil {
		return d
	}
	older, more := c.older(x)
	src.prev = older.name
	// Those newer than the first one that readers see may still be changed or split
	// by new articles. The oldest leads there all the same: it has no other neighbour.
	if first, ok := c.entrance(p.shown); !more || ok && x != first && x.i >= first.i && x.j >= first.j {
		newer, _ := c.newer(x)
		src.next = newer.name
	}
	src.articles = c.list.Slice(x.i, x.j)
	return p.periods.document(&src)
}

// periodSource is what an archive document is made of, and the document.
type periodSource struct {
	meta       meta
	name       string
	prev, next string // periods
	articles   []*article.Article
	limits     feeds.Limits
	version    uint64
	modified   time.Time // Last-Modified of the documents
	lastGood   *lastGood
	document   *document.Period
}

// like reports whether both make the same document.
func (s *periodSource) like(t *periodSource) bool {
	return s.meta == t.meta && s.name == t.name && s.prev == t.prev && s.next == t.next && s.limits == t.limits && slices.EqualFunc(s.articles, t.articles, same)
}

// periods makes the archive documents of all feeds, and keeps those that were asked
// for lately. It is safe for concurrent use.
type periods struct {
	b *Builder

	mu    sync.Mutex
	known map[periodKey]*periodSource
}

type periodKey struct{ feed, period string }

// maxPeriods bounds how many are kept. A document that is made again has the same
// bytes.
const maxPeriods = 1024

// find is the document that was made before of the same version of the feed, if any;
// then s need not say what else it is made of.
func (p *periods) find(s *periodSource) *document.Period {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.known[periodKey{s.meta.id, s.name}]; old != nil && old.version == s.version && old.meta == s.meta {
		return old.document
	}
	return nil
}

// document makes the document of s, or returns the one made before, if it is the same.
func (p *periods) document(s *periodSource) *document.Period {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := periodKey{s.meta.id, s.name}
	old := p.known[key]
	s.lastGood = &lastGood{}
	if old != nil {
		if old.like(s) {
			old.version = max(old.version, s.version)
			return old.document
		}
		s.lastGood = old.lastGood
	}
	late := old != nil && old.version > s.version // for a reader of an old snapshot
	if s.modified = latest(s.articles, nil); !late {
		path := s.meta.key.Path() + "archive/" + s.name + "/"
		s.modified = p.b.lastModified(&content{path, s.meta, s.limits, s.prev + " " + s.next, s.articles, nil})
	}
	s.document = &document.Period{Name: s.name, Next: next(s.articles), Revision: p.revision(s)}
	if late {
		return s.document
	}
	for k := range p.known {
		if old != nil || len(p.known) < maxPeriods {
			break
		}
		delete(p.known, k)
	}
	p.known[key] = s
	return s.document
}

func (p *periods) revision(s *periodSource) *document.Revision {
	path := func(f feeds.Format) string { return s.meta.key.ArchivePath(s.name, f) }
	return p.b.checked(document.Feeds, s.lastGood, path, document.NewRevision(func() *feeds.Feed {
		f := p.b.opt.assemble(document.Feeds, s.meta, s.articles, s.limits, true)
		f.Modified, f.TTL = s.modified, archiveTTL
		f.History = feeds.History{Period: s.name, Prev: s.prev, Next: s.next}
		return f
	}, encoders))
}
