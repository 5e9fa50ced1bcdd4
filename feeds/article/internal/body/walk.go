package body

import (
	"cmp"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"feedmill/feeds/article/internal/address"
)

// walker goes once through a tree of HTML and changes it in place.
type walker struct {
	*Renderer
	*content
	*steps
	page    address.Site // of links within the page
	own     bool         // the page is one of the site's
	heading bool         // inside a heading, whose text is in no excerpt
	room    int          // by how many bytes addresses can still become longer
	text    strings.Builder
}

// children keeps those children of parent that feeds may hold.
func (w *walker) children(parent *nethtml.Node) {
	for n := parent.FirstChild; n != nil; {
		w.step()
		next := n.NextSibling
		if !w.keep(parent, n) {
			parent.RemoveChild(n)
		}
		n = next
	}
}

// keep makes n, a child of parent, safe and reports whether it may stay.
func (w *walker) keep(parent, n *nethtml.Node) bool {
	switch n.Type {
	case nethtml.CommentNode:
		w.more = w.more || strings.EqualFold(strings.TrimSpace(n.Data), "more")
	case nethtml.TextNode:
		w.write(strings.ReplaceAll(n.Data, "\n", " "))
		return true
	case nethtml.ElementNode:
		return w.element(parent, n)
	}
	return false
}

func (w *walker) element(parent, n *nethtml.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Title, atom.Head, atom.Meta, atom.Link, atom.Base, atom.Template, atom.Noscript, atom.Object,
		atom.Embed, atom.Noembed, atom.Svg, atom.Math, atom.Frame, atom.Frameset, atom.Noframes,
		atom.Textarea, atom.Select, atom.Datalist, atom.Button, atom.Input, atom.Canvas, atom.Applet:
		return false
	case atom.Iframe:
		return w.frame(parent, n)
	case atom.Img:
		return w.image(n)
	case atom.Source:
		w.addresses(n)
		return attr(n, "src") != "" // those of a <picture> have none, and are not needed: it has an <img>
	case atom.Xmp, atom.Listing, atom.Plaintext:
		n.Data, n.DataAtom = "pre", atom.Pre // would render as raw markup
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		defer func(was bool) { w.heading = was }(w.heading)
		w.heading = true
	}
	w.addresses(n)
	w.children(n)
	if block(n.DataAtom) {
		w.write("\n")
	}
	return true
}

// frame keeps a player whose host is allowed; before any other it puts a link to
// the video.
func (w *walker) frame(parent, n *nethtml.Node) bool {
	src, err := w.site.Web(frameSource(n))
	if err != nil || tiny(n) {
		return false
	}
	if w.allows(src) {
		set(n, "src", src)
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		return true
	}
	page, picture := WatchPage(src)
	label := textNode(cmp.Or(attr(n, "title"), page))
	if picture != "" {
		w.hasImage = true
		label = element("img", atom.Img, "src", picture, "alt", cmp.Or(attr(n, "title"), "Watch the video"))
	}
	link := element("a", atom.A, "href", page)
	link.AppendChild(label)
	parent.InsertBefore(link, n)
	return false
}

// image makes a picture's address absolute and reports whether it may stay, which
// tracking pixels may not. A picture that scripts load late has its address in
// data-src, and that of a placeholder in src.
func (w *walker) image(n *nethtml.Node) bool {
	first, _, _ := strings.Cut(attr(n, "srcset"), " ")
	for _, address := range []string{attr(n, "data-src"), attr(n, "data-original"), attr(n, "src"), strings.TrimRight(first, ",")} {
		if u, err := w.resolve(address); err == nil && strings.HasPrefix(u, "http") && !tiny(n) {
			set(n, "src", u)
			w.hasImage = true
			return true
		}
	}
	return false
}

// tiny reports whether an element is too small to be seen.
func tiny(n *nethtml.Node) bool {
	return slices.ContainsFunc(n.Attr, func(a nethtml.Attribute) bool {
		return (a.Key == "width" || a.Key == "height") && (a.Val == "0" || a.Val == "1")
	})
}

// addresses makes every address of an element absolute, or removes it.
func (w *walker) addresses(n *nethtml.Node) {
	for _, key := range []string{"href", "src", "poster", "cite"} {
		if !slices.ContainsFunc(n.Attr, func(a nethtml.Attribute) bool { return a.Key == key }) {
			continue
		}
		u, err := w.resolve(attr(n, key))
		if err != nil || key != "href" && !strings.HasPrefix(u, "http") {
			u = ""
		}
		set(n, key, u)
	}
}

// resolve makes an address in the text absolute: against the page that the text
// stands on if that is one of the site's, otherwise against the site.
func (w *walker) resolve(s string) (string, error) {
	s = strings.TrimSpace(s)
	against := &w.site
	if strings.HasPrefix(s, "#") || w.own && !strings.HasPrefix(s, "/") {
		against = &w.page
	}
	u, err := against.Any(s)
	if w.room -= max(0, len(u)-len(s)); w.room < 0 {
		panic(stopped{exceeds(-1, "its addresses would become more than %d times as long as the text", maxGrowth)})
	}
	return u, err
}

// attr returns the value of an attribute; "" if there is none.
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

func element(name string, a atom.Atom, attrs ...string) *nethtml.Node {
	n := &nethtml.Node{Type: nethtml.ElementNode, Data: name, DataAtom: a}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.Attr = append(n.Attr, nethtml.Attribute{Key: attrs[i], Val: attrs[i+1]})
	}
	return n
}
