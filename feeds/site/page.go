package site

import (
	"net/url"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// page is the data of every template. Templates escape all text in it.
type page struct {
	s *Site

	Title       string
	Description string
	Path        string            // canonical, escaped; empty for a page without an address, as of an error
	Of          *document.Listing // the feed that the page offers
	Kind        group             // that the page's feed belongs to
	Groups      []group
	Trail       []label // to the page, without itself
	Branches    []branch
	Number      int // of the page among Pages, from 1
	Children    group
	Related     group
	Pace        string // how often the feed publishes, empty where unknown
	Items       []item
	Events      string // address of the stream of new items, empty for none
	After       string // mark of the newest item
	Period      string // of an archive page
	Newer       string // path of the page of newer articles
	Older       string
	Query       string // that was searched for
	Titled      string // address of the articles with it in their titles
	Form        *form  // nil: no feed can be composed
	Problem     string // with what was entered
	Pages       []label
	Unlisted    bool // search engines need not know it
}

func (p *page) Site() *feeds.Site          { return p.s.snap.Site }
func (p *page) Articles() int              { return p.s.snap.Articles }
func (p *page) Version() string            { return p.s.opt.Version }
func (p *page) Formats() []feeds.Format    { return feeds.Formats[:] }
func (p *page) Link(path string) string    { return p.s.link(path) }
func (p *page) Style() string              { return p.s.link(stylePath) }
func (p *page) Script() string             { return p.s.link(scriptPath) }
func (p *page) Icon() string               { return p.s.link(iconPath) }
func (p *page) About() string              { return p.s.link(aboutPath) }
func (p *page) HasOPML() bool              { return p.s.opt.OPML != nil }
func (p *page) OPML() string               { return p.s.snap.Site.URL(opmlPath) }
func (p *page) Canonical() string          { return p.s.snap.Site.URL(p.Path) }
func (p *page) Live() bool                 { return p.s.opt.Live }
func (p *page) HasMixes() bool             { return p.s.canCompose() }
func (p *page) Search() string             { return p.s.link(searchPath) }
func (p *page) Compose() string            { return p.s.link(composePath) }
func (p *page) IsIndex() bool              { return p.Path == "/" }
func (p *page) Self(f feeds.Format) string { return p.s.snap.Site.URL(p.Of.Key.DocumentPath(f)) }

// Language is the language of the words that templates write: English, in the
// site's own variety, as en-GB, if the site is in English.
func (p *page) Language() string {
	if l := p.s.snap.Site.Language; isEnglish(l) {
		return l
	}
	return "en"
}

// Spoken is the language of the site's own words, such as its title; empty where it
// is the page's.
func (p *page) Spoken() string { return p.s.spoken() }

func (s *Site) spoken() string {
	if l := s.snap.Site.Language; !isEnglish(l) {
		return l
	}
	return ""
}

// isEnglish reports whether a language is some English (BCP 47).
func isEnglish(tag string) bool {
	primary, _, _ := strings.Cut(tag, "-")
	return strings.EqualFold(primary, "en")
}

// Home is the address of the site whose articles these are; empty where that is the
// address of the feeds.
func (p *page) Home() string {
	if s := p.s.snap.Site; s.HomeURL != s.BaseURL {
		return web(s.HomeURL)
	}
	return ""
}

func (s *Site) newPage(path string) *page {
	return &page{s: s, Path: path, Of: s.snap.Listing(feeds.Key{})}
}

// fresh is how long a copy of the page may be used: as long as its feed's.
func (p *page) fresh() time.Duration {
	if p.Of == nil {
		return 5 * time.Minute
	}
	return p.Of.Head().TTL
}

// links lead to the documents of the feed that the page offers.
func (p *page) links() (all []Link) {
	if p.Of != nil {
		for _, f := range feeds.Formats {
			all = append(all, Link{p.Self(f), "alternate", f.MediaType()})
		}
	}
	return all
}

// followNews has the page show the items that come to a feed while it is open.
func (p *page) followNews(l *document.Listing) {
	if !p.Live() {
		return
	}
	p.Events = p.s.link(l.Key.Path() + eventsFile)
	if items := l.Feed().Items; len(items) > 0 {
		p.After = Mark(items[0])
	}
}

// web returns s if it is an absolute web address, and nothing otherwise.
func web(s string) string {
	if u, err := url.Parse(s); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return s
	}
	return ""
}
