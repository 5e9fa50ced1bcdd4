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

// annals is the archive of a feed over one state of its shelf. It implements
// [feeds.Archive].
type annals struct {
	list    atomic.Pointer[catalog.List] // one is as good as another if a reader sees no difference
	limits  feeds.Limits
	meta    meta
	shown   int    // the subscription document shows the newest ones, these many at most
	edition uint64 // is greater in later states
	press   *press
}

// hold has p make its documents from list from now on, so that the articles of
// another one that looks the same can leave the memory.
func (p *annals) hold(list catalog.List) { p.list.Store(&list) }

func (p *annals) calendar() calendar { return calendar{*p.list.Load(), p.limits} }

// Find implements [feeds.Archive].
func (p *annals) Find(name, first string) (*document.Period, string) {
	c := p.calendar()
	x, ok := c.named(name)
	newest, _ := c.named(first)
	if x.name == "" {
		return nil, ""
	}
	if ok && x.i >= newest.i && x.j >= newest.j {
		return p.print(c, x), ""
	}
	if rank := max(x.i, newest.i); rank < c.list.Len() {
		return nil, c.at(rank).name
	}
	return nil, ""
}

// From implements [feeds.Archive].
func (p *annals) From(name string) iter.Seq[*document.Period] {
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
			if !yield(p.print(c, x)) {
				return
			}
		}
	}
}

// print is the archive document of a period.
func (p *annals) print(c calendar, x period) *document.Period {
	sheet := sheet{meta: p.meta, name: x.name, limits: p.limits, edition: p.edition}
	if a := p.press.known(&sheet); a != nil {
		return a
	}
	older, more := c.older(x)
	sheet.prev = older.name
	// Those newer than the first one that readers see may still be changed or split
	// by new articles. The oldest leads there all the same: it has no other neighbour.
	if first, ok := c.entrance(p.shown); !more || ok && x != first && x.i >= first.i && x.j >= first.j {
		newer, _ := c.newer(x)
		sheet.next = newer.name
	}
	sheet.articles = c.list.Slice(x.i, x.j)
	return p.press.print(&sheet)
}

// sheet is what an archive document is printed from.
type sheet struct {
	meta       meta
	name       string
	prev, next string // periods
	articles   []*article.Article
	limits     feeds.Limits
	edition    uint64
	modified   time.Time // Last-Modified of the documents
	kept       *kept
	archive    *document.Period
}

// like reports whether two sheets make the same document.
func (s *sheet) like(t *sheet) bool {
	return s.meta == t.meta && s.name == t.name && s.prev == t.prev && s.next == t.next && s.limits == t.limits && slices.EqualFunc(s.articles, t.articles, same)
}

// press prints archive documents, and remembers the sheets of those that were
// asked for lately. It is safe for concurrent use.
type press struct {
	opt     *Options
	dated   func(*issue) time.Time
	checked func(document.Part, *kept, func(feeds.Format) string, *document.Revision) *document.Revision

	mu     sync.Mutex
	sheets map[sheetKey]*sheet
}

type sheetKey struct{ feed, period string }

// maxSheets bounds what a press remembers. A document that is printed again has
// the same bytes.
const maxSheets = 1024

// known is the document of a sheet, whose edition tells what it is made of, if it
// was printed from that.
func (p *press) known(s *sheet) *document.Period {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.sheets[sheetKey{s.meta.id, s.name}]; old != nil && old.edition == s.edition && old.meta == s.meta {
		return old.archive
	}
	return nil
}

// print returns the document of a sheet: the one printed before, if it is the same.
func (p *press) print(s *sheet) *document.Period {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := sheetKey{s.meta.id, s.name}
	old := p.sheets[key]
	s.kept = &kept{}
	if old != nil {
		if old.like(s) {
			old.edition = max(old.edition, s.edition)
			return old.archive
		}
		s.kept = old.kept
	}
	late := old != nil && old.edition > s.edition // for a reader of an old snapshot
	if s.modified = latest(s.articles, nil); !late {
		path := s.meta.key.Path() + "archive/" + s.name + "/"
		s.modified = p.dated(&issue{path, s.meta, s.limits, s.prev + " " + s.next, s.articles, nil})
	}
	s.archive = &document.Period{Name: s.name, Next: next(s.articles), Revision: p.revision(s)}
	if late {
		return s.archive
	}
	for k := range p.sheets {
		if old != nil || len(p.sheets) < maxSheets {
			break
		}
		delete(p.sheets, k)
	}
	p.sheets[key] = s
	return s.archive
}

func (p *press) revision(s *sheet) *document.Revision {
	path := func(f feeds.Format) string { return s.meta.key.ArchivePath(s.name, f) }
	return p.checked(document.Feeds, s.kept, path, document.NewRevision(func() *feeds.Feed {
		f := p.opt.assemble(document.Feeds, s.meta, s.articles, s.limits, true)
		f.Modified, f.TTL = s.modified, archiveTTL
		f.History = feeds.History{Period: s.name, Prev: s.prev, Next: s.next}
		return f
	}, encoders))
}
