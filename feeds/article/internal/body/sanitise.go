package body

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"feedmill/feeds/article/internal/address"
)

// Renderer makes content of the bodies of one site. It is safe for concurrent use.
type Renderer struct {
	site   address.Site
	hosts  []string
	policy *bluemonday.Policy
}

// NewRenderer makes a Renderer for a site whose settings allow to embed players of
// some hosts.
func NewRenderer(site address.Site, embedHosts []string) *Renderer {
	p := bluemonday.UGCPolicy()
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(false)
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowElements("figure", "figcaption", "u", "small")
	p.AllowAttrs("controls").OnElements("audio", "video")
	p.AllowAttrs("src", "poster", "width", "height").OnElements("audio", "video")
	p.AllowAttrs("src", "type").OnElements("source")
	p.AllowElements("audio", "video", "source")
	// Without this, bluemonday drops these elements if they have no attributes, and
	// closing tags of others with them.
	p.AllowNoAttrs().OnElements("a", "map", "bdo", "meter", "progress")
	if len(embedHosts) > 0 {
		p.AllowElements("iframe")
		p.AllowAttrs("src").OnElements("iframe")
		p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[0-9]{1,4}%?$`)).OnElements("iframe")
		p.AllowAttrs("allowfullscreen").OnElements("iframe")
	}
	return &Renderer{site, embedHosts, p}
}

// content is safe content, with absolute addresses, and what is known of it.
type content struct {
	html     string
	hasImage bool
	more     bool   // there is an excerpt marker: the text before it is the excerpt
	lead     string // the beginning of the text, each paragraph ended by a line feed
	limit    *Limit // the first that the text exceeds; nil for none
}

// clean makes content of HTML, with as much of its markup as keeps it within the limits:
// all; or what is left of that when each element is closed where it surely ends; or
// nothing, for which plain makes paragraphs of the text. The text that it is made of
// has size bytes. Page is the URL of the page it stands on, to which links such as
// #note refer, or "". It stops when ctx has ended.
func (r *Renderer) clean(ctx context.Context, src, page string, size int, plain func() string) (c content) {
	attempts := [...]func() string{func() string { return src }, func() string { return tidied(ctx, src) }, plain}
	var limit *Limit
	for _, text := range attempts {
		err := stoppable(func() { c = r.parse(ctx, text(), page, size) })
		exceeded, ok := errors.AsType[*Limit](err)
		if err != nil && !ok {
			panic(stopped{err})
		}
		limit = cmp.Or(limit, exceeded)
		if err == nil {
			break
		}
	}
	c.limit = cmp.Or(limit, c.limit)
	return c
}

// parse makes content of HTML, or stops with the Limit that it exceeds.
func (r *Renderer) parse(ctx context.Context, src, page string, size int) (c content) {
	if limit := weigh(ctx, src); limit != nil {
		panic(stopped{limit})
	}
	root, err := fragment(ctx, src)
	if err != nil {
		c.limit = exceeds(-1, "elements are nested more than 512 deep")
		root.AppendChild(textNode(PlainText(stripTags(src))))
	}
	w := walker{Renderer: r, content: &c, steps: &steps{ctx: ctx}, page: address.Page(page), own: r.site.Holds(page), room: maxGrowth*size + freeGrowth}
	w.children(root)
	c.lead = w.text.String()
	c.html = r.sanitised(ctx, root, size)
	return c
}

// fragment parses HTML as the inside of a body element and puts it into a root; the head
// of a whole document becomes a sibling of its body. It fails, with an empty root, if
// elements nest far deeper than in any page.
func fragment(ctx context.Context, src string) (*nethtml.Node, error) {
	root, in := element("div", atom.Div), newSource(ctx, src)
	nodes, err := nethtml.ParseFragment(in, element("body", atom.Body))
	if err != nil {
		in.check() // the parser makes an error of any panic
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, err
}

// sanitised renders what is below root. The policy is applied to the outcome, so that it
// holds for whatever has happened before.
func (r *Renderer) sanitised(ctx context.Context, root *nethtml.Node, size int) string {
	b, safe := newOutput(ctx, size), newOutput(ctx, size)
	for n := range root.ChildNodes() {
		nethtml.Render(b, n) // which never fails, as b does not
	}
	if r.policy.SanitizeReaderToWriter(newSource(ctx, b.text.String()), safe) != nil {
		return ""
	}
	if s := strings.TrimSpace(safe.text.String()); s != "" {
		return s + "\n"
	}
	return ""
}
