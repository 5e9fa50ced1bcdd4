package article

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sanitiser makes content safe and absolute. It is safe for concurrent use.
type sanitiser struct {
	urls   resolver
	hosts  []string
	policy *bluemonday.Policy
}

func newSanitiser(urls resolver, hosts []string) *sanitiser {
	p := bluemonday.UGCPolicy()
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(false)
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowElements("figure", "figcaption", "u", "small")
	p.AllowAttrs("controls").OnElements("audio", "video")
	p.AllowAttrs("src", "poster", "width", "height").OnElements("audio", "video")
	p.AllowAttrs("src", "type").OnElements("source")
	p.AllowElements("audio", "video", "source")
	// Else bluemonday drops them, and mixes up which closing tags go with them.
	p.AllowNoAttrs().OnElements("a", "map", "bdo", "meter", "progress")
	if len(hosts) > 0 {
		p.AllowElements("iframe")
		p.AllowAttrs("src").OnElements("iframe")
		p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[0-9]{1,4}%?$`)).OnElements("iframe")
		p.AllowAttrs("allowfullscreen").OnElements("iframe")
	}
	return &sanitiser{urls, hosts, p}
}

// content is a body after parsing: nothing in it is unsafe or relative.
type content struct {
	nodes    []*nethtml.Node
	policy   *bluemonday.Policy
	hasImage bool
	more     bool   // an excerpt marker was met: text before it is the excerpt
	lead     string // where the text begins, paragraphs ending in line feeds
}

// clean parses src and takes out what feeds must not hold; page is the address
// that links within the document refer to.
func (s *sanitiser) clean(src, page string) *content {
	c := &content{policy: s.policy}
	nodes, err := fragment(src)
	if err != nil {
		nodes = []*nethtml.Node{textNode(plainText(stripTags(src)))}
	}
	root := element("div", atom.Div)
	for _, n := range nodes {
		root.AppendChild(n)
	}
	w := walker{sanitiser: s, content: c}
	if u, err := url.Parse(page); err == nil && u.Host != "" {
		w.page, w.own = u, s.urls.site != nil && strings.HasPrefix(page, s.urls.site.String())
	}
	w.children(root)
	c.lead = w.text.String()
	c.nodes = slices.Collect(root.ChildNodes())
	return c
}

// fragment parses HTML as the inside of a body element; the heads of whole
// documents become siblings of their bodies. It fails where elements nest
// deeper than any page's.
func fragment(src string) ([]*nethtml.Node, error) {
	return nethtml.ParseFragment(strings.NewReader(src), &nethtml.Node{Type: nethtml.ElementNode, Data: "body", DataAtom: atom.Body})
}

// html renders the content and lets the policy have the last word.
func (c *content) html() string {
	var b strings.Builder
	for _, n := range c.nodes {
		nethtml.Render(&b, n) // a strings.Builder never fails
	}
	if s := strings.TrimSpace(c.policy.Sanitize(b.String())); s != "" {
		return s + "\n"
	}
	return ""
}
