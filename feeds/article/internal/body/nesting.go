package body

import (
	"slices"
	"strings"
)

// nesting follows the tags of an HTML text and bounds from above what a parser takes for
// formatting elements that it opens again.
//
// A parser keeps a list of formatting elements (HTML, section 13.2.4.3). Those that
// are on it though a block that they were in has ended are opened again, with all
// their attributes, at each later text and tag, so that a text of n bytes can become a
// tree of n² bytes. Nesting does not repeat the many rules of that. It has a stack of
// elements that are certainly open, and counts every formatting element that leaves it
// otherwise than by its own end tag, right above it, as one that is opened again
// from then on. Where it can't know what a parser closes, it counts all that are open.
type nesting struct {
	open  []opened
	count map[string]int // of the elements in open, by name

	left  map[string]map[string]*leftover // formatting elements to be opened again, by name and tag
	again int                             // what opening them takes each time, in bytes
	taken int                             // what opening them has taken, in bytes
	lost  bool                            // elements may be open that are not in open
	alien bool                            // among these svg or math
	link  link                            // the last one

	tidy *strings.Builder // where an end tag is written for each element that leaves open; nil for nowhere
}

// link is the last link, which a parser closes before the next one. It fails to if too
// many other elements have been opened since, or one that it does not look beyond.
type link struct {
	left  *leftover // nil if it has not been left open
	depth int       // how many elements are open that were so before it
	since int       // how many have been opened since, as far as is known; many for a barrier
}

// within is how many elements there may be between two links for a parser to close the
// first.
const within = 7

// opened is an element on the stack.
type opened struct {
	name string
	tag  string // of a formatting element, as it is written
}

// leftover is a formatting element to be opened again, with all that are equal to it.
type leftover struct {
	n      int // at most three, as in a parser
	weight int // at least what each takes, in bytes
}

// weight is about what an element takes in a tree, with its attributes, in bytes.
func weight(tag string) int { return 128 + 8*len(tag) }

func newNesting() *nesting {
	return &nesting{count: map[string]int{}, left: map[string]map[string]*leftover{}}
}

// start is a start tag.
func (n *nesting) start(name, tag string) {
	n.text()
	if ignored[name] {
		return
	}
	n.closeBefore(name)
	if void[name] {
		return
	}
	if name == "form" && n.count[name] > 0 { // it is ignored
		n.lost = true
	}
	e := opened{name: name}
	if formatting[name] {
		e.tag = tag
	} else {
		n.link.since += elements(name)
	}
	n.open = append(n.open, e)
	n.count[name]++
	if name == "a" {
		n.link = link{depth: len(n.open)}
	}
}

// elements is how many elements a parser makes for a start tag at most; many for one that
// it does not look beyond.
func elements(name string) int {
	switch {
	case barrier[name]:
		return within + 1
	case slices.Contains(tableParts, name):
		return 3
	}
	return 1
}

// text is a text, or any other place where elements are opened again.
func (n *nesting) text() { n.taken += n.again }

// end is an end tag.
func (n *nesting) end(name string) {
	n.text()
	if ignored[name] || void[name] {
		return
	}
	names := []string{name}
	if heading(name) {
		names = headings
	}
	i := n.topmost(names, nil)
	switch {
	case i < 0 && n.tidy != nil: // it is left out
	case i < 0 && !n.lost && !formatting[name] && !slices.Contains(tableParts, name): // there is nothing to close
	case i < 0: // it can close what is not in open, and all above it
		n.loseAll()
	case i == len(n.open)-1:
		if i >= n.link.depth && !formatting[name] {
			n.link.since -= elements(n.open[i].name)
		}
		n.ended(n.pop())
	default:
		n.lose(i, name)
	}
}

// ended takes a formatting element off the list that has its end tag right above it.
// If others of its name are on the list, a parser may take off one of them instead.
func (n *nesting) ended(e opened) {
	if e.tag == "" || len(n.left[e.name]) == 0 {
		return
	}
	var lightest *leftover
	for _, l := range n.left[e.name] {
		n.taken += 16 // so that the search itself is counted
		if lightest == nil || l.weight < lightest.weight {
			lightest = l
		}
	}
	if w := weight(e.tag); w > lightest.weight {
		n.again += lightest.n * (w - lightest.weight)
		lightest.weight = w
	}
}

// closeBefore closes what a parser closes by itself before an element.
func (n *nesting) closeBefore(name string) {
	switch name {
	case "li":
		n.closeTo(true, []string{"li"}, "ul", "ol")
	case "dd", "dt":
		n.closeTo(true, []string{"dd", "dt"}, "dl")
	case "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "col", "colgroup":
		n.closeTo(false, tableParts)
		if k := len(n.open); k > 0 && cell(n.open[k-1].name) {
			n.lose(k-1, "table")
		}
	case "table": // closes a table that it is not in a cell of
		if i := n.topmost(tableParts, nil); i >= 0 && !cell(n.open[i].name) {
			n.closeTo(true, []string{"table"})
		}
	case "option", "optgroup", "input", "keygen", "select":
		n.closeTo(name == "input" || name == "select", []string{"select"})
		n.closeTo(true, []string{"option", "optgroup"})
	case "rb", "rp", "rt", "rtc":
		n.closeTo(false, []string{"ruby"})
	case "button", "nobr":
		n.closeTo(true, []string{name})
	case "a":
		n.closeLink()
	}
	if heading(name) {
		n.closeTo(true, headings)
	}
	if closesParagraph[name] {
		n.closeTo(true, []string{"p"})
	}
}

// closeLink closes the last link before another, and takes it off the list if a parser
// does.
func (n *nesting) closeLink() {
	n.closeTo(true, []string{"a"})
	if l := n.link.left; l != nil && n.link.since <= within {
		l.n--
		n.again -= l.weight
	}
}

// closeTo closes the topmost element of some names, if it is not below one of stops,
// and all above it; or only these.
func (n *nesting) closeTo(inclusive bool, names []string, stops ...string) {
	i := n.topmost(names, stops)
	switch {
	case i < 0 && n.lost && n.topmost(stops, nil) < 0 && n.tidy == nil:
		n.loseAll() // there can be one that is not in open
		return
	case i < 0:
		return
	case !inclusive:
		i++
	case names[0] != "p": // a parser stops at some blocks
		for _, e := range n.open[i+1:] {
			n.lost = n.lost || closesParagraph[e.name] && e.name != "p" && e.name != "div" && e.name != "address"
		}
	}
	if i < len(n.open) {
		n.lose(i, n.open[i].name)
	}
}

// topmost returns where the topmost element of some names is, if it is not below one of
// stops; -1 for nowhere.
func (n *nesting) topmost(names, stops []string) int {
	found := false
	for _, name := range names {
		found = found || n.count[name] > 0
	}
	for i := len(n.open) - 1; found && i >= 0; i-- {
		n.taken++
		if slices.Contains(names, n.open[i].name) {
			return i
		}
		if slices.Contains(stops, n.open[i].name) {
			break
		}
	}
	return -1
}

// lose takes all elements from i on off the stack for an end tag of a name. If that can't
// close some of them, nobody knows what it closes.
func (n *nesting) lose(i int, name string) {
	table := slices.Contains(tableParts, name)
	for _, e := range n.open[i:] {
		if e.name != name && barrier[e.name] && !(table && slices.Contains(tableParts, e.name)) && n.tidy == nil {
			n.loseAll()
			return
		}
	}
	for len(n.open) > i {
		e := n.pop()
		if e.tag != "" {
			n.leave(e)
		} else if e.name != name && !table && !closesParagraph[name] && name != "p" {
			n.lost = true // a parser may leave it open
		}
	}
}

// loseAll takes all elements off the stack where nobody knows which of them a parser closes.
func (n *nesting) loseAll() {
	n.lost = true
	n.alien = n.inForeign()
	for len(n.open) > 0 {
		if e := n.pop(); e.tag != "" {
			n.leave(e)
		}
	}
}

// leave counts a formatting element as one that is opened again from now on.
func (n *nesting) leave(e opened) {
	of := n.left[e.name]
	if of == nil {
		of = map[string]*leftover{}
		n.left[e.name] = of
	}
	l := of[e.tag]
	if l == nil {
		l = &leftover{weight: weight(e.tag)}
		of[e.tag] = l
	}
	if l.n < 3 {
		l.n++
		n.again += l.weight
		if e.name == "a" {
			n.link.left = l
		}
	}
}

func (n *nesting) pop() opened {
	e := n.open[len(n.open)-1]
	n.open = n.open[:len(n.open)-1]
	n.count[e.name]--
	n.link.depth = min(n.link.depth, len(n.open))
	if n.tidy != nil {
		n.tidy.WriteString("</" + e.name + ">")
	}
	return e
}

// inForeign reports whether a parser may be within svg or math, where elements such as title
// hide no tags.
func (n *nesting) inForeign() bool { return n.alien || n.count["svg"]+n.count["math"] > 0 }

func nameSet(names string) map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		all[name] = true
	}
	return all
}

func cell(name string) bool { return name == "td" || name == "th" || name == "caption" }

func heading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

var (
	headings   = strings.Fields("h1 h2 h3 h4 h5 h6")
	tableParts = strings.Fields("table caption colgroup tbody thead tfoot tr td th")

	// formatting are the elements that a parser opens again.
	formatting = nameSet("a b big code em font i nobr s small strike strong tt u")
	// void are the elements that have no end.
	void = nameSet("area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr")
	// ignored are the elements that are not made, or only once, in the body of a page.
	ignored = nameSet("html head body frameset")
	// barrier are the elements out of which most end tags do not reach.
	barrier = nameSet("applet button caption marquee math object select svg table td template th")
	// closesParagraph are the elements before which a paragraph ends.
	closesParagraph = nameSet(`address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
		header hgroup hr li listing main menu nav ol p plaintext pre search section summary table ul xmp`)
)
