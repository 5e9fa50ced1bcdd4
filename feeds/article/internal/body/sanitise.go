package body

import (
	"context"
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

// content is a parsed body in which nothing is unsafe or relative.
type content struct {
	root     *nethtml.Node // of which the children are the content
	policy   *bluemonday.Policy
	hasImage bool
	more     bool   // there is an excerpt marker: the text before it is the excerpt
	lead     string // the beginning of the text, each paragraph ended by a line feed
}

// clean parses HTML and takes out what feeds must not hold; page is the URL of the
// page it stands on, to which links such as #note refer, or "". It stops when ctx has
// ended.
func (r *Renderer) clean(ctx context.Context, src, page string) *content {
	root, err := fragment(ctx, src)
	if err != nil {
		root.AppendChild(textNode(PlainText(stripTags(src))))
	}
	c := &content{root: root, policy: r.policy}
	w := walker{Renderer: r, content: c, page: address.Page(page), own: r.site.Holds(page)}
	w.children(root)
	c.lead = w.text.String()
	return c
}

// fragment parses HTML as the inside of a body element and puts it into a root; the head
// of a whole document becomes a sibling of its body. It fails, with an empty root, if
// elements nest far deeper than in any page.
func fragment(ctx context.Context, src string) (*nethtml.Node, error) {
	root := element("div", atom.Div)
	nodes, err := nethtml.ParseFragment(newSource(ctx, src), element("body", atom.Body))
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, err
}

// html renders the content. The policy is applied to the outcome, so that it holds
// for whatever has happened before.
func (c *content) html(ctx context.Context) string {
	b, safe := newOutput(ctx), newOutput(ctx)
	for n := range c.root.ChildNodes() {
		nethtml.Render(b, n) // which never fails, as b does not
	}
	if c.policy.SanitizeReaderToWriter(newSource(ctx, b.text.String()), safe) != nil {
		return ""
	}
	if s := strings.TrimSpace(safe.text.String()); s != "" {
		return s + "\n"
	}
	return ""
}
