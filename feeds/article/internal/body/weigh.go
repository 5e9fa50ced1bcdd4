package body

import (
	"context"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits on HTML, far above what pages have. They keep the tree that a parser makes of
// HTML in proportion to it.
const (
	maxAttributes = 256 // that an element may have
	maxRoots      = 64  // html and body tags: each adds its attributes to the first of its kind
	maxAgain      = 64  // bytes that a tree may take for elements that are opened again, for each byte of HTML
	freeAgain     = 4 << 20
)

// weigh returns the limit that an HTML text exceeds; nil for none. It reads the tags and
// makes no tree.
func weigh(ctx context.Context, src string) *Limit {
	if small(src) {
		return nil
	}
	n, t := newNesting(), newTags(ctx, src)
	for roots := 0; t.next(); {
		switch {
		case t.attributes > maxAttributes:
			return exceeds(t.at, "the element has more than %d attributes", maxAttributes)
		case t.kind == nethtml.TextToken && n.inForeign() && t.hides && strings.IndexByte(t.raw, '<') >= 0:
			return exceeds(t.at, "there are tags in a title, style or script inside of svg or math")
		}
		if ignored[t.name] {
			if roots++; roots > maxRoots {
				return exceeds(t.at, "there are more than %d html and body tags", maxRoots)
			}
		}
		t.follow(n)
		if n.taken > maxAgain*len(src)+freeAgain {
			return exceeds(t.at, "elements such as <b> and <font> are left open in too many places: close each in the paragraph it is in")
		}
	}
	return nil
}

// small reports whether a text is too small to become large.
func small(src string) bool {
	tags := strings.Count(src, "<")
	return len(src) < 32<<10 && tags < 128 && tags*len(src) < freeAgain
}

// tidied returns an HTML text with an end tag for each element where that ends, so that
// none is opened again, and without what weigh has no patience with.
func tidied(ctx context.Context, src string) string {
	var out strings.Builder
	out.Grow(len(src))
	n, t := newNesting(), newTags(ctx, src)
	n.tidy = &out
	skipped := 0 // svg and math elements that are open
	for t.next() {
		switch {
		case t.name == "svg" || t.name == "math":
			switch t.kind {
			case nethtml.StartTagToken:
				skipped++
			case nethtml.EndTagToken:
				skipped = max(skipped-1, 0)
			}
		case skipped > 0 || ignored[t.name]:
		case t.kind == nethtml.StartTagToken:
			n.start(t.name, "")
			if t.attributes > maxAttributes {
				t.raw = "<" + t.name + ">"
			}
			out.WriteString(t.raw)
		case t.kind == nethtml.EndTagToken:
			n.end(t.name)
		default:
			out.WriteString(t.raw)
		}
	}
	n.loseAll()
	return out.String()
}

// tags reads the tags of an HTML text and what is between them.
type tags struct {
	z   *nethtml.Tokenizer
	src string

	kind       nethtml.TokenType // a tag that closes itself is a start tag
	name       string            // of a tag
	raw        string            // as it stands
	at         int               // where it stands, in bytes
	attributes int               // 0 for a tag that is too short to have too many
	hides      bool              // the text is that of an element, such as title, in which there are no tags
}

func newTags(ctx context.Context, src string) *tags {
	return &tags{z: nethtml.NewTokenizer(newSource(ctx, src)), src: src}
}

// next reads what comes next; false at the end.
func (t *tags) next() bool {
	t.hides = t.kind == nethtml.StartTagToken && rawText[t.name]
	t.at += len(t.raw)
	t.kind = t.z.Next()
	t.raw, t.name, t.attributes = t.src[t.at:t.at+len(t.z.Raw())], "", 0 // tokens have all of src, in order
	switch t.kind {
	case nethtml.ErrorToken:
		return false
	case nethtml.SelfClosingTagToken:
		t.kind = nethtml.StartTagToken
		fallthrough
	case nethtml.StartTagToken, nethtml.EndTagToken:
		t.name = tagName(t.raw)
		for more := len(t.raw) > 2*maxAttributes; more; t.attributes++ {
			_, _, more = t.z.TagAttr()
		}
	}
	return true
}

// tagName is the name in a tag, in lower case.
func tagName(tag string) string {
	name := strings.TrimPrefix(tag[1:], "/")
	if end := strings.IndexAny(name, " \n\r\t\f/>"); end >= 0 {
		name = name[:end]
	}
	var lower [16]byte
	if a := atom.Lookup(append(lower[:0], name...)); a != 0 {
		return a.String()
	}
	return strings.ToLower(name)
}

// follow hands n what was read.
func (t *tags) follow(n *nesting) {
	switch t.kind {
	case nethtml.TextToken:
		n.text()
	case nethtml.StartTagToken:
		n.start(t.name, t.raw)
	case nethtml.EndTagToken:
		n.end(t.name)
	}
}

// rawText are the elements in which there are no tags, unless they are in svg or math.
var rawText = nameSet("iframe noembed noframes noscript plaintext script style textarea title xmp")
