package frontmatter

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// parseYAML parses the text below the opening line into t, which is empty.
func parseYAML(t *Tree, text string) error {
	if scan(t, text) {
		return nil
	}
	t.Reset()
	return parseAnyYAML(t, text)
}

// parseAnyYAML is parseYAML without the scanner.
func parseAnyYAML(t *Tree, text string) error {
	doc, err := decodeYAML(text)
	if err != nil {
		return yamlProblem(text, err)
	}
	if doc == nil || doc.Kind == yaml.ScalarNode && doc.Tag == "!!null" {
		return nil
	}
	if doc.Kind != yaml.MappingNode {
		return &feeds.Problem{Line: doc.Line, Col: doc.Column, Message: "front matter must be keys and values, as in title: My article"}
	}
	b := yamlBuilder{tree: t, targets: map[*yaml.Node]target{}}
	if b.add(doc); b.problem != nil {
		return b.problem
	}
	t.finish()
	if err := t.merge(); err != nil {
		return err
	}
	return t.duplicates(0)
}

// yamlBuilder makes a tree of the nodes of yaml.v3.
type yamlBuilder struct {
	tree    *Tree
	targets map[*yaml.Node]target // of all anchors so far
	size    int                   // of all so far, with what aliases stand for written out: a byte for each node, and its text
	problem *feeds.Problem        // the first one
}

// target is a node with an anchor, which aliases find.
type target struct {
	node int32
	size int // with everything below it; 0 until all of that is there
}

// add adds n and everything below it to the tree and returns its node.
func (b *yamlBuilder) add(n *yaml.Node) int32 {
	t, before := b.tree, b.size
	i := t.add(node{line: int32(n.Line), col: int32(n.Column), merge: n.Tag == "!!merge"})
	t.setText(i, n.Value)
	b.size += 1 + len(n.Value)
	if n.Anchor != "" {
		b.targets[n] = target{node: i}
	}
	switch n.Kind {
	case yaml.AliasNode:
		t.nodes[i].kind, t.nodes[i].first = aliasNode, b.alias(n)
	case yaml.MappingNode:
		t.nodes[i].kind = mappingNode
	case yaml.SequenceNode:
		t.nodes[i].kind = sequenceNode
	default:
		t.nodes[i].null = n.Tag == "!!null"
	}
	last := int32(0)
	for _, c := range n.Content {
		child := b.add(c)
		t.link(i, last, child)
		last = child
	}
	if n.Anchor != "" {
		b.targets[n] = target{i, b.size - before}
	}
	return i
}

// alias counts what an alias stands for, and returns its node.
func (b *yamlBuilder) alias(n *yaml.Node) int32 {
	to := b.targets[n.Alias]
	b.size = min(b.size+to.size, 2*maxFrontMatter)
	message := ""
	switch {
	case b.problem != nil:
	case to.size == 0:
		message = fmt.Sprintf("*%s is a part of what it stands for: write that out", Short(n.Value))
	case b.size > maxFrontMatter:
		message = fmt.Sprintf("front matter is longer than 64 KiB with what aliases such as *%s stand for: use fewer of them, or shorten what they name", Short(n.Value))
	}
	if message != "" {
		b.problem = &feeds.Problem{Line: n.Line, Col: n.Column, Message: message}
	}
	return to.node
}

// decodeYAML returns the root of the document, nil if it is empty. Its lines are
// those of the file.
func decodeYAML(text string) (root *yaml.Node, err error) {
	return readYAML(strings.NewReader("\n" + text))
}

// readYAML is decodeYAML for a text that follows a line feed.
func readYAML(r io.Reader) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 has been seen to panic on hostile input
			root, err = nil, fmt.Errorf("%v", r)
		}
	}()
	var doc yaml.Node
	switch err := yaml.NewDecoder(r).Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return doc.Content[0], nil
}

// yamlProblem finds the place of an error. The line that yaml.v3 tells is often
// that of the mapping around it. The place is where the shortest beginning of text
// ends that gives the same error. In a long text it can be a little behind that: as
// most errors show within a few bytes, it then is not behind the last byte that yaml.v3
// has read.
func yamlProblem(text string, err error) *feeds.Problem {
	low, high := 0, len(text)
	deep := strings.Contains(err.Error(), tooDeep)
	if deep || high > maxReread/16 { // which is too long to be halved to the end
		r := &byteReader{text: "\n" + text}
		readYAML(r)
		high = r.read - 1
	}
	if deep { // is not an error before
		low = max(0, high-16)
	}
	for read := 0; low < high && read < maxReread; {
		middle := (low + high) / 2
		read += middle
		if _, e := decodeYAML(text[:middle]); e != nil && e.Error() == err.Error() {
			high = middle
		} else {
			low = middle + 1
		}
	}
	line, col := position(text[:max(0, high-1)])
	return &feeds.Problem{Line: line + 1, Col: col, Message: yamlMessage(err.Error())}
}

// maxReread is how many bytes are read at most to find the place of an error.
const maxReread = 8 * maxFrontMatter

// byteReader reads one byte at a time and counts them.
type byteReader struct {
	text string
	read int
}

func (r *byteReader) Read(p []byte) (n int, err error) {
	if r.read == len(r.text) {
		return 0, io.EOF
	}
	n = copy(p[:min(len(p), 1)], r.text[r.read:])
	r.read += n
	return n, nil
}

// tooDeep is in the error of yaml.v3 for brackets or indentation of 10,000 levels.
const tooDeep = "exceeded max depth"

// yamlMessages says in words for the author of an article what the parser means.
var yamlMessages = []struct{ parser, user string }{
	{"mapping values are not allowed", `": " in the middle of a value: put the whole value in quotes`},
	{"cannot start any token", "a value cannot begin with this character: put it in quotes, and indent with spaces instead of tabs"},
	{"found a tab", "a tab: indent with spaces"},
	{"could not find expected ':'", `not a key and a value: write it as key: value`},
	{"unexpected end of stream", "a quote that is never closed: add the closing one"},
	{"did not find expected key", "neither a key nor a part of the value before: check quotes and indentation"},
	{"did not find expected '-' indicator", `not an item of the list above: begin the line with "- " or check its indentation`},
	{"block sequence entries are not allowed", "a list cannot begin here: put each item on a line of its own below the key"},
	{"did not find expected ',' or", "a bracket that is never closed, or a comma that is missing"},
	{"did not find expected node content", "a bracket that is never closed, or a comma too many"},
	{"unknown escape character", `a backslash that means nothing in double quotes: write two, or use single quotes`},
	{"did not find expected alphabetic or numeric character", "a value that begins with * or & must be put in quotes"},
	{"hexdecimal number", `a backslash that means something else in double quotes: write two, or use single quotes`},
	{"unknown anchor", "a value that begins with * must be put in quotes"},
	{tooDeep, "nested too deep: 10,000 levels are the most"},
}

// yamlMessage returns what is wrong and how to mend it, for an error of yaml.v3.
func yamlMessage(s string) string {
	for _, m := range yamlMessages {
		if strings.Contains(s, m.parser) {
			return m.user
		}
	}
	s = strings.TrimPrefix(s, "yaml: ")
	if _, rest, ok := strings.Cut(s, ": "); ok && strings.HasPrefix(s, "line ") {
		s = rest
	}
	return "not YAML (" + s + "): check quotes and indentation"
}
