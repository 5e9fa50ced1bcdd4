package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// ErrNoFrontMatter says that a file is no article: it has no front matter.
var ErrNoFrontMatter = errors.New("no front matter: not an article (begin the file with a line of three dashes, keys and values, and another such line)")

// source is a file taken apart. root is a mapping node whose lines and columns
// are those of the file; nil for empty front matter.
type source struct {
	root *yaml.Node
	body string // without CRs, trimmed of leading blank lines
}

// split takes a file apart. Its error is ErrNoFrontMatter or a *feeds.Problem
// without a path; notes are problems that cost nothing but a character.
func split(src []byte) (s source, notes []*feeds.Problem, err error) {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return s, nil, &feeds.Problem{Line: 1, Col: 1, Message: "the file is UTF-16: save it as UTF-8"}
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	text, notes := legible(src)
	first, _, _ := strings.Cut(text, "\n")
	switch strings.TrimRight(first, " \t") {
	case "---":
		s.root, s.body, err = fenced(text, parseYAML, "---", "...")
	case "+++":
		s.root, s.body, err = fenced(text, parseTOML, "+++")
	default:
		if !strings.HasPrefix(text, "{") {
			return s, nil, ErrNoFrontMatter
		}
		s.root, s.body, err = parseJSON(text)
	}
	s.body = strings.TrimLeft(s.body, "\n")
	return s, notes, err
}

// legible makes text of a file's bytes: line endings become line feeds, bytes
// that are not UTF-8 become U+FFFD, and characters that neither YAML nor XML
// can hold become spaces, so that lines and columns stay what they are.
func legible(src []byte) (string, []*feeds.Problem) {
	var notes []*feeds.Problem
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
	}
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			line := 1 + bytes.Count(src[:i], []byte("\n"))
			col := i - bytes.LastIndexByte(src[:i], '\n')
			notes = append(notes, &feeds.Problem{Line: line, Col: col, Message: fmt.Sprintf("byte 0x%02x is not UTF-8, shown as \ufffd: save the file as UTF-8", src[i])})
			break
		}
		i += n
	}
	text := strings.ToValidUTF8(string(src), "\ufffd")
	if strings.IndexFunc(text, unprintable) < 0 {
		return text, notes
	}
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, text), notes
}

func unprintable(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfeff || r == 0xfffe || r == 0xffff
}

// fenced parses front matter between the first line and one of the closing lines.
func fenced(text string, parse func(string) (*yaml.Node, error), closing ...string) (*yaml.Node, string, error) {
	start := strings.IndexByte(text, '\n') + 1
	if start == 0 {
		start = len(text)
	}
	for i := start; i < len(text); {
		end := strings.IndexByte(text[i:], '\n')
		next := i + end + 1
		if end < 0 {
			end, next = len(text)-i, len(text)
		}
		line := strings.TrimRight(text[i:i+end], " \t")
		for _, c := range closing {
			if line == c {
				root, err := parse(text[start:i])
				return root, text[next:], err
			}
		}
		i = next
	}
	return nil, "", &feeds.Problem{Line: 1, Col: 1, Message: "front matter is never closed: add a line " + closing[0] + " after its last key"}
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// parseYAML parses what stands below the opening line.
func parseYAML(text string) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 has been seen to panic on hostile input
			root, err = nil, &feeds.Problem{Line: 1, Message: "front matter is not YAML"}
		}
	}()
	var doc yaml.Node
	dec := yaml.NewDecoder(strings.NewReader("\n" + text)) // the line feed stands for the opening line
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, yamlProblem(text, err)
	}
	node := doc.Content[0]
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return nil, nil
	}
	if node.Kind != yaml.MappingNode {
		return nil, &feeds.Problem{Line: node.Line, Col: node.Column, Message: "front matter must be keys and values, as in title: My article"}
	}
	return node, duplicates(node)
}

func yamlProblem(text string, err error) *feeds.Problem {
	p := &feeds.Problem{Line: 1, Message: strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Message = m[2]
		lines := strings.Split(text, "\n")
		if i := p.Line - 2; i >= 0 && i < len(lines) {
			p.Col = 1 + len(lines[i]) - len(strings.TrimLeft(lines[i], " \t"))
		}
	}
	switch {
	case strings.Contains(p.Message, "mapping values are not allowed"):
		p.Message += `: put text that holds ": " in quotes`
	case strings.Contains(p.Message, "cannot start any token"):
		p.Message += ": indent with spaces, and put text that begins with a special character in quotes"
	case strings.Contains(p.Message, "could not find expected ':'"), strings.Contains(p.Message, "did not find expected key"):
		p.Message += ": check quotes and indentation here and in the line above"
	}
	return p
}

// duplicates names keys given twice in the same mapping: yaml.v3 only minds
// when it decodes into Go values.
func duplicates(m *yaml.Node) error {
	seen := make(map[string]int, len(m.Content)/2)
	for i := 0; i+1 < len(m.Content); i += 2 {
		k := m.Content[i]
		if line, twice := seen[k.Value]; twice && k.Kind == yaml.ScalarNode && k.Tag != "!!merge" {
			return &feeds.Problem{Line: k.Line, Col: k.Column, Field: k.Value, Message: fmt.Sprintf("given twice, first in line %d: remove one", line)}
		}
		seen[k.Value] = k.Line
	}
	return nil
}

// parseTOML parses what stands below the opening line.
func parseTOML(text string) (*yaml.Node, error) {
	values := map[string]any{}
	if _, err := toml.Decode("\n"+text, &values); err != nil {
		p := &feeds.Problem{Line: 1, Message: err.Error()}
		var e toml.ParseError
		if errors.As(err, &e) {
			p.Line, p.Col, p.Message = e.Position.Line, e.Position.Col, e.Message
		}
		return nil, p
	}
	root := &yaml.Node{}
	if err := root.Encode(values); err != nil {
		return nil, &feeds.Problem{Line: 1, Message: err.Error()}
	}
	locate(root, text)
	return root, nil
}

// locate gives the top-level keys of a TOML document, and all below them, the
// line that the key stands in.
func locate(root *yaml.Node, text string) {
	lines := map[string]int{}
	for i, l := range strings.Split(text, "\n") {
		l = strings.TrimLeft(l, " \t[")
		end := strings.IndexAny(l, " \t=.]")
		if end <= 0 {
			continue
		}
		if key := strings.Trim(l[:end], `"'`); lines[key] == 0 {
			lines[key] = i + 2
		}
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		mark(root.Content[i], lines[root.Content[i].Value])
		mark(root.Content[i+1], lines[root.Content[i].Value])
	}
}

func mark(n *yaml.Node, line int) {
	n.Line, n.Column = line, 1
	for _, c := range n.Content {
		mark(c, line)
	}
}

// parseJSON parses the object at the head of text and returns what follows it.
func parseJSON(text string) (*yaml.Node, string, error) {
	p := &jsonParser{text: text, dec: json.NewDecoder(strings.NewReader(text))}
	p.dec.UseNumber()
	root, err := p.value(0)
	if err != nil {
		line, col := p.position(p.dec.InputOffset())
		message := err.Error()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			message = "front matter is never closed: a } is missing"
		}
		return nil, "", &feeds.Problem{Line: line, Col: col, Message: message}
	}
	_, body, _ := strings.Cut(text[p.dec.InputOffset():], "\n")
	return root, body, duplicates(root)
}

type jsonParser struct {
	text string
	dec  *json.Decoder
	seen int64 // offset up to which lines are counted
	line int   // lines before seen
	bol  int64 // offset of the line that seen stands in
}

// position turns an offset into a line and column.
func (p *jsonParser) position(offset int64) (line, col int) {
	for ; p.seen < offset; p.seen++ {
		if p.text[p.seen] == '\n' {
			p.line++
			p.bol = p.seen + 1
		}
	}
	return p.line + 1, int(offset-p.bol) + 1
}

const maxDepth = 64

func (p *jsonParser) value(depth int) (*yaml.Node, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deep")
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode}
	n.Line, n.Column = p.position(p.dec.InputOffset())
	switch t := token.(type) {
	case json.Delim:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		if t == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for p.dec.More() {
			c, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, c)
		}
		_, err = p.dec.Token()
	case string:
		n.Tag, n.Value, n.Style = "!!str", t, yaml.DoubleQuotedStyle
		n.Column = max(1, n.Column-len(t)-2)
	case json.Number:
		n.Tag, n.Value = "!!float", t.String()
		n.Column = max(1, n.Column-len(n.Value))
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(t)
		n.Column = max(1, n.Column-len(n.Value))
	case nil:
		n.Tag, n.Value = "!!null", "null"
		n.Column = max(1, n.Column-len(n.Value))
	}
	return n, err
}
