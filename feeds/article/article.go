// Package article turns one file, front matter and body, into an [Article].
//
// Front matter is YAML between lines of three dashes, TOML between lines of
// three plus signs, or a leading JSON object. Its keys are those of Feedmill's
// own schema and the usual ones of Jekyll and Hugo (see fields.go); whatever
// else a file holds is withheld. An Article is a small card that stays in memory;
// the text lies in a [Home] and is rendered when somebody asks for the item.
package article

import (
	"path"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/body"
	"feedmill/feeds/article/internal/frontmatter"
)

// Markup is the language of a body.
type Markup = body.Markup

// The markups a body can be in.
const (
	Markdown = body.Markdown
	HTML     = body.HTML
	Text     = body.Text
)

// ErrNoFrontMatter says that a file is no article: it has no front matter.
var ErrNoFrontMatter = frontmatter.ErrNone

// Folder is a place where articles lie, and how their pages are addressed.
type Folder struct {
	Dir      string // slash-separated, relative; "" is the whole tree
	Root     string // folder above Dir that link patterns start from, "." for the top; "" is Dir itself
	Anywhere bool   // any folder named like the last part of Dir, at any depth below the rest of it, as Jekyll's _posts
	Name     string // collection or section, for link patterns and defaults
	Link     string // pattern such as /:year/:month/:slug/; "" for none
}

// Defaults are front matter values for articles that do not give them.
type Defaults struct {
	Dir        string // below this folder or file, or those that this glob pattern matches; "" everywhere
	Collection string // in the Folder of this name; "" in all
	Values     map[string]any
}

// Options is what articles of one site have in common. The zero value reads
// every .md, .markdown, .html, .htm and .txt file.
type Options struct {
	SiteID     string                   // first part of every derived id
	SiteURL    string                   // absolute; relative addresses resolve against it
	TimeZone   *time.Location           // for dates without a zone; nil is UTC
	Folders    []Folder                 // nil is the whole tree
	Extensions map[string]Markup        // more endings, with their dot
	Fields     map[string]string        // front matter key to field name
	EmbedHosts []string                 // hosts whose players may be embedded
	Defaults   []Defaults               // later ones win
	Jekyll     bool                     // a string of tags is split at spaces, Liquid tags are taken out
	Hugo       bool                     // addresses and headless pages by Hugo's rules, shortcodes are taken out
	TopicName  func(name string) string `json:"-"` // the settings' name for a topic; nil keeps all
}

// Article is a card of one file: what selecting, ordering and recognising it
// take. What it says beyond that, its payload, is read when somebody asks for
// the item. It is immutable and safe for concurrent use.
type Article struct {
	Path      string
	Member    Tags      // every topic, category, type and provider it belongs to
	Published time.Time // zero where the file states no date
	Hidden    string    // why it is in no feed, as in "draft: true"; empty otherwise
	Quality   float64   // for ranking and filters only
	Heat      float64   // for ranking and filters only
	Link      string    // the address that the file states, as it stands in Content; empty for none
	Digest    Digest    // equal while nothing a reader sees has changed
	Content   Digest    // equal wherever the file lies and whatever it is called
	Explicit  bool      // the file states its id itself

	linked    bool   // its item has a URL
	room      uint32 // taken in a document by the body, roughly
	place     Place  // of the payload in home
	held      score  // what the article is ranked by
	id        string
	title     string
	notBefore int64  // NotBefore in seconds since 1970
	stated    int64  // Stated in seconds since 1970
	updated   int64  // the item's Updated, likewise
	firstSeen int64  // FirstSeen, likewise
	extra     *extra // nil for nothing, as nearly always
	home      *Home
}

// extra is what few articles have: it makes cards smaller.
type extra struct {
	expires  time.Time
	warnings []*feeds.Problem
	fresh    *payload // while the article is in no home
}

// ID is the item's id.
func (a *Article) ID() string { return a.id }

// Title is the item's title.
func (a *Article) Title() string { return a.title }

// Stated is the time of the last change that the file states; zero for none.
func (a *Article) Stated() time.Time { return unix(a.stated) }

// FirstSeen is when the article was first there; zero where that is not known. See
// Facts.
func (a *Article) FirstSeen() time.Time { return unix(a.firstSeen) }

// NotBefore is when the article may be shown first; zero for at once.
func (a *Article) NotBefore() time.Time { return unix(a.notBefore) }

// Expires is when the article is not to be shown any more; zero for never.
func (a *Article) Expires() (t time.Time) {
	if a.extra != nil {
		t = a.extra.expires
	}
	return t
}

// Warnings are problems of single values, which are ignored.
func (a *Article) Warnings() []*feeds.Problem {
	if a.extra == nil {
		return nil
	}
	return a.extra.warnings
}

// Changed is the item's time of change; zero where the file states no date.
func (a *Article) Changed() time.Time {
	return (&feeds.Item{Published: a.Published, Updated: unix(a.updated)}).Changed()
}

// Alike reports whether a reader sees no difference between a and b.
func (a *Article) Alike(b *Article) bool {
	return a.Digest == b.Digest && a.id == b.id && a.Published.Equal(b.Published) && a.updated == b.updated
}

// Size is roughly how many bytes the article takes in a document. It is known
// without rendering.
func (a *Article) Size() int { return 3<<10 + int(a.room) }

// Linked reports whether there is a page to read the article on.
func (a *Article) Linked() bool { return a.linked }

// Facts are what is known of an article beyond its file: see package ledger. A
// zero time leaves the file's own.
type Facts struct {
	ID        string
	FirstSeen time.Time
	Published time.Time
	Updated   time.Time
}

// With is a copy of a to which facts apply.
func (a *Article) With(f Facts) *Article {
	b := *a
	b.id = f.ID
	b.firstSeen = f.FirstSeen.Unix()
	if !f.Published.IsZero() {
		b.Published = f.Published
	}
	if !f.Updated.IsZero() {
		b.updated = f.Updated.Unix()
	}
	return &b
}

// Parser reads the articles of one site. It is safe for concurrent use.
type Parser struct {
	opt      Options
	site     address.Site
	keys     keyTable
	defaults []*frontmatter.Tree // of opt.Defaults
	bodies   *body.Renderer
}

// NewParser makes a Parser. An unusable SiteURL counts as none.
func NewParser(opt Options) *Parser {
	if opt.TimeZone == nil {
		opt.TimeZone = time.UTC
	}
	if opt.Folders == nil {
		opt.Folders = []Folder{{}}
	}
	site := address.NewSite(opt.SiteURL)
	return &Parser{opt, site, newKeyTable(opt.Fields), defaultTrees(opt.Defaults), body.NewRenderer(site, opt.EmbedHosts)}
}

// Wants reports whether the file at path (slash-separated, relative) can be an
// article, by its folder and ending.
func (p *Parser) Wants(name string) bool {
	_, _, found := p.folder(name)
	base := path.Base(name)
	return found && p.markup(name) != "" && !strings.HasPrefix(base, "_index.")
}

func (p *Parser) markup(name string) Markup {
	ext := strings.ToLower(path.Ext(name))
	if m, ok := p.opt.Extensions[ext]; ok {
		return m
	}
	switch ext {
	case ".md", ".markdown":
		return Markdown
	case ".html", ".htm":
		return HTML
	case ".txt":
		return Text
	}
	return ""
}
