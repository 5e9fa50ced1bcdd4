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

// ErrNoFrontMatter says that a file is no article: it has no front matter.
var ErrNoFrontMatter = frontmatter.ErrNone

// Options is what articles of one site have in common. The zero value reads
// every .md, .markdown, .html, .htm and .txt file.
type Options struct {
	SiteID     string                   // first part of every derived id
	SiteURL    string                   // absolute; relative addresses resolve against it
	TimeZone   *time.Location           // for dates without a zone; nil is UTC
	Folders    []feeds.Folder           // nil is the whole tree
	Extensions map[string]string        // markdown, html or text by further endings, which begin with a dot
	Fields     map[string]string        // front matter key to one of FieldNames
	EmbedHosts []string                 // hosts whose players may be embedded
	Defaults   []feeds.Defaults         // later ones win
	Jekyll     bool                     // a text of several tags is split at spaces, Liquid tags are taken out
	Hugo       bool                     // addresses and hidden pages follow Hugo's rules, shortcodes are taken out
	TopicName  func(name string) string // the settings' name for a topic; nil keeps all
}

// Parser reads the articles of one site. It is safe for concurrent use.
type Parser struct {
	opt      Options
	site     address.Site
	keys     keyTable            // of opt.Fields and the table of fields
	defaults []*frontmatter.Tree // of opt.Defaults
	bodies   *body.Renderer
}

// NewParser makes a Parser. An unusable SiteURL counts as none.
func NewParser(opt Options) *Parser {
	if opt.TimeZone == nil {
		opt.TimeZone = time.UTC
	}
	if opt.Folders == nil {
		opt.Folders = []feeds.Folder{{}}
	}
	site := address.NewSite(opt.SiteURL)
	return &Parser{opt, site, newKeyTable(opt.Fields), defaultTrees(opt.Defaults), body.NewRenderer(site, opt.EmbedHosts)}
}

// Wants reports whether the file at name (slash-separated, relative) can be an
// article, judging by its folder and ending.
func (p *Parser) Wants(name string) bool {
	_, _, found := p.folder(name)
	base := path.Base(name)
	return found && p.markup(name) != "" && !strings.HasPrefix(base, "_index.")
}

// WantsIn reports whether files right in the folder at dir may be articles; "." is the
// folder of all articles.
func (p *Parser) WantsIn(dir string) bool {
	_, _, found := p.folder(path.Join(dir, "file"))
	return found
}

// folder returns the folder that the file at name lies in, that with the longest
// path if there are several, and its directory as it is spelled in name.
func (p *Parser) folder(name string) (dir string, f feeds.Folder, ok bool) {
	length := -1
	for _, c := range p.opt.Folders {
		d, in := c.Contains(name)
		if in && len(d) > length {
			dir, f, ok, length = d, c, true, len(d)
		}
	}
	return dir, f, ok
}

// markups are the languages of files by their endings, beyond those that the settings
// add.
var markups = map[string]body.Markup{".md": body.Markdown, ".markdown": body.Markdown, ".html": body.HTML, ".htm": body.HTML, ".txt": body.Text}

// markup returns the language of a file by its ending; "" if it is no article.
func (p *Parser) markup(name string) body.Markup {
	ext := strings.ToLower(path.Ext(name))
	if m, ok := p.opt.Extensions[ext]; ok {
		return body.Markup(m)
	}
	return markups[ext]
}
