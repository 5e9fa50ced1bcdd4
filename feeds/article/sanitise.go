package article

import (
	"errors"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"feedmill/feeds"
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
	more     bool // an excerpt marker was met: text before it is the excerpt
	lead     string
}

// clean parses src and takes out what feeds must not hold; page is the address
// that links within the document refer to.
func (s *sanitiser) clean(src, page string) *content {
	c := &content{policy: s.policy}
	nodes, err := fragment(src)
	if err != nil {
		nodes = []*nethtml.Node{textNode(plainText(src))}
	}
	root := &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	w := walker{sanitiser: s, content: c}
	if u, err := url.Parse(page); err == nil && u.Host != "" {
		w.page, w.own = u, s.urls.site != nil && strings.HasPrefix(page, s.urls.site.String())
	}
	w.children(root)
	c.nodes = slices.Collect(root.ChildNodes())
	return c
}

// maxNesting is deeper than any page nests and shallow enough for recursion.
const maxNesting = 400

var errNesting = errors.New("nested too deep")

// fragment parses HTML as the inside of a body element; the heads of whole
// documents become siblings of their bodies.
func fragment(src string) ([]*nethtml.Node, error) {
	if strings.Count(src, "<") > maxNesting && nesting(src) > maxNesting {
		return nil, errNesting
	}
	return nethtml.ParseFragment(strings.NewReader(src), &nethtml.Node{Type: nethtml.ElementNode, Data: "body", DataAtom: atom.Body})
}

// nesting is an upper bound for the depth of the tree that src parses to:
// building a very deep one takes quadratic time.
func nesting(src string) int {
	z := nethtml.NewTokenizer(strings.NewReader(src))
	open := map[string]int{}
	depth, deepest := 0, 0
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return deepest
		case nethtml.StartTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); a == atom.Br || a == atom.Img || a == atom.Hr || a == atom.Input || a == atom.Meta || a == atom.Link ||
				a == atom.Wbr || a == atom.Col || a == atom.Area || a == atom.Base || a == atom.Embed || a == atom.Source || a == atom.Track || a == atom.P || a == atom.Li {
				continue
			}
			open[string(name)]++
			depth++
			deepest = max(deepest, depth)
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			if open[string(name)] > 0 {
				open[string(name)]--
				depth--
			}
		}
	}
}

// walker goes once through a tree, changing it in place.
type walker struct {
	*sanitiser
	*content
	page *url.URL // nil where not known
	own  bool     // page is one of the site's
	text strings.Builder
}

func (w *walker) children(parent *nethtml.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		w.node(parent, n)
		n = next
	}
	w.content.lead = w.text.String()
}

func (w *walker) node(parent, n *nethtml.Node) {
	switch n.Type {
	case nethtml.CommentNode:
		if !w.more && strings.EqualFold(strings.TrimSpace(n.Data), "more") {
			w.more = true
		}
		parent.RemoveChild(n)
	case nethtml.TextNode:
		w.write(n.Data)
	case nethtml.ElementNode:
		w.element(parent, n)
	default:
		parent.RemoveChild(n)
	}
}

// excerptSize bounds the text kept for a summary, in bytes.
const excerptSize = 2000

func (w *walker) write(s string) {
	if !w.more && w.text.Len() < excerptSize {
		w.text.WriteString(s)
	}
}

func (w *walker) element(parent, n *nethtml.Node) {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Title, atom.Head, atom.Meta, atom.Link, atom.Base, atom.Template, atom.Noscript, atom.Object, atom.Embed, atom.Form, atom.Svg, atom.Math, atom.Frame, atom.Frameset, atom.Noframes, atom.Textarea, atom.Select, atom.Button, atom.Input:
		parent.RemoveChild(n)
		return
	case atom.Iframe:
		w.frame(parent, n)
		return
	case atom.Img:
		if !w.image(n) {
			parent.RemoveChild(n)
		}
		return
	case atom.A, atom.Audio, atom.Video, atom.Source, atom.Blockquote, atom.Q, atom.Del, atom.Ins:
		w.addresses(n)
	}
	w.children(n)
	if block(n.DataAtom) {
		w.write("\n")
	}
}

func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Br, atom.Tr, atom.Td, atom.Th,
		atom.Blockquote, atom.Pre, atom.Section, atom.Article, atom.Figure, atom.Figcaption, atom.Dt, atom.Dd, atom.Table:
		return true
	}
	return false
}

// frame keeps a player of an allowed host and turns any other into a link.
func (w *walker) frame(parent, n *nethtml.Node) {
	src, err := w.urls.web(frameSource(n))
	if err == nil && w.allows(src) {
		set(n, "src", src)
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		return
	}
	if err == nil {
		page, picture := watchPage(src)
		a := &nethtml.Node{Type: nethtml.ElementNode, Data: "a", DataAtom: atom.A, Attr: []nethtml.Attribute{{Key: "href", Val: page}}}
		if picture != "" {
			a.AppendChild(&nethtml.Node{Type: nethtml.ElementNode, Data: "img", DataAtom: atom.Img, Attr: []nethtml.Attribute{{Key: "src", Val: picture}, {Key: "alt", Val: "Watch the video"}}})
			w.hasImage = true
		} else {
			a.AppendChild(textNode(page))
		}
		parent.InsertBefore(a, n)
	}
	parent.RemoveChild(n)
}

// image makes a picture's address absolute; lazy ones keep theirs in data-src.
func (w *walker) image(n *nethtml.Node) bool {
	for _, key := range []string{"src", "data-src", "data-original"} {
		if u, err := w.resolve(attr(n, key)); err == nil && strings.HasPrefix(u, "http") {
			set(n, "src", u)
			w.hasImage = true
			return true
		}
	}
	return false
}

func (w *walker) addresses(n *nethtml.Node) {
	for _, key := range []string{"href", "src", "poster", "cite"} {
		v := attr(n, key)
		if v == "" {
			continue
		}
		u, err := w.resolve(v)
		if err != nil {
			u = ""
		}
		set(n, key, u)
	}
}

// resolve makes an address in the text absolute: against the page the text
// stands on where that is one of the site's own, and against the site
// otherwise.
func (w *walker) resolve(s string) (string, error) {
	s = strings.TrimSpace(s)
	fragment := strings.HasPrefix(s, "#")
	if fragment || w.own && !strings.HasPrefix(s, "/") {
		if w.page == nil {
			return "", errNoSite
		}
		return resolver{w.page}.any(s)
	}
	return w.urls.any(s)
}

func attr(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// set replaces an attribute; an empty value removes it.
func set(n *nethtml.Node, key, val string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a nethtml.Attribute) bool { return a.Key == key })
	if val != "" {
		n.Attr = append(n.Attr, nethtml.Attribute{Key: key, Val: val})
	}
}

func textNode(s string) *nethtml.Node { return &nethtml.Node{Type: nethtml.TextNode, Data: s} }

// html renders the content and lets the policy have the last word.
func (c *content) html() string {
	var b strings.Builder
	for _, n := range c.nodes {
		nethtml.Render(&b, n) // a strings.Builder never fails
	}
	return strings.TrimSpace(c.policy.Sanitize(b.String())) + "\n"
}

// excerptLength is where a summary made of the text ends, in bytes.
const excerptLength = 320

// excerpt is the text before the "more" marker, else its first paragraph or so.
func (c *content) excerpt() string {
	text := feeds.XMLText(strings.TrimSpace(c.lead))
	if !c.more {
		text, _, _ = strings.Cut(text, "\n")
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= excerptLength || c.more {
		return text
	}
	cut := strings.LastIndexByte(text[:excerptLength], ' ')
	if cut < 0 {
		return strings.ToValidUTF8(text[:excerptLength], "") + "…"
	}
	return text[:cut] + "…"
}

var inlineTag = regexp.MustCompile(`(?i)</(a|b|i|em|strong|code|sup|sub|span|u|small|q|p|div|li|ul|ol|h[1-6]|blockquote|font|cite|abbr)\s*>|<br\s*/?>|<img\s`)

// plainText takes character references, and tags where there clearly are some,
// out of text that is meant to be plain.
func plainText(s string) string {
	if inlineTag.MatchString(s) {
		s = stripTags(s)
	}
	for range 3 { // sources that escape twice are common
		next := html.UnescapeString(s)
		if next == s {
			break
		}
		s = next
	}
	return strings.Join(strings.Fields(feeds.XMLText(s)), " ")
}

// stripTags keeps the text between tags, with its references as they are.
func stripTags(s string) string {
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(s))
	hidden := false
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return b.String()
		case nethtml.TextToken:
			if !hidden {
				b.Write(z.Raw())
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken, nethtml.EndTagToken:
			t := z.Token()
			if t.DataAtom == atom.Script || t.DataAtom == atom.Style {
				hidden = t.Type == nethtml.StartTagToken
			}
			if block(t.DataAtom) {
				b.WriteByte(' ')
			}
		}
	}
}
