package article

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// ErrNoFrontMatter says that a file is no article: it has no front matter.
var ErrNoFrontMatter = errors.New("no front matter: not an article (begin the file with a line of three dashes, keys and values, and another such line)")

// source is a file taken apart.
type source struct {
	raw  []byte     // the file with line feeds only, without its byte-order mark
	root *yaml.Node // the mapping with lines, and columns in characters; nil for empty front matter
	body string     // without blank lines around it
}

// split takes a file apart. Its error is ErrNoFrontMatter or a *feeds.Problem
// without a path; notes are problems that cost nothing but a character. Their
// columns count characters: see place.
func split(src []byte) (s source, notes []*feeds.Problem, err error) {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return s, nil, &feeds.Problem{Line: 1, Col: 1, Message: "the file is UTF-16: save it as UTF-8"}
	}
	s.raw = lineFeeds(bytes.TrimPrefix(src, []byte("\ufeff")))
	text, notes := legible(s.raw)
	first, _, _ := strings.Cut(text, "\n")
	switch first = strings.TrimRight(first, " \t"); {
	case first == "---":
		s.root, s.body, err = fenced(text, parseYAML, "---", "...")
	case first == "+++":
		s.root, s.body, err = fenced(text, parseTOML, "+++")
	case template.MatchString(first) || !strings.HasPrefix(first, "{"):
		return s, nil, ErrNoFrontMatter
	default:
		s.root, s.body, err = parseJSON(text)
	}
	s.body = strings.TrimRight(strings.TrimLeft(s.body, "\n"), " \t\n")
	return s, notes, err
}

// template is how pages of template languages begin: {{ … }} or {% … %}.
var template = regexp.MustCompile(`^\{[{%#<]`)

// lineFeeds ends every line in a line feed; src is not changed.
func lineFeeds(src []byte) []byte {
	if bytes.IndexByte(src, '\r') < 0 {
		return src
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// legible makes text of a file's bytes, character by character, so that lines
// and columns stay what they are: each byte that is not UTF-8 becomes U+FFFD,
// and what neither YAML nor XML can hold, or what only YAML takes for the end
// of a line, becomes a space.
func legible(raw []byte) (string, []*feeds.Problem) {
	if utf8.Valid(raw) && bytes.IndexFunc(raw, unprintable) < 0 {
		return string(raw), nil
	}
	var notes []*feeds.Problem
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			line, col := position(string(raw[:i]))
			notes = append(notes, &feeds.Problem{Line: line, Col: col, Message: fmt.Sprintf("byte 0x%02x is not UTF-8, shown as \ufffd: save the file as UTF-8", raw[i])})
			break // one is enough to tell the encoding is wrong
		}
		i += n
	}
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, string(raw)), notes
}

func unprintable(r rune) bool {
	switch r {
	case '\n', '\t':
		return false
	case 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
		return true
	}
	return r < ' ' || r >= 0x7f && r < 0xa0
}

// position is the line, and the column in characters, of what follows before.
func position(before string) (line, col int) {
	bol := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[bol:])
}

// place gives problems the file's name, and columns in bytes instead of
// characters.
func (s source) place(path string, problems []*feeds.Problem) {
	for _, p := range problems {
		p.Path = path
		if p.Line < 1 || p.Col < 1 {
			continue
		}
		rest := s.raw
		for range p.Line - 1 {
			_, rest, _ = bytes.Cut(rest, []byte("\n"))
		}
		chars := p.Col - 1
		p.Col = 1
		for ; chars > 0 && len(rest) > 0; chars-- {
			_, n := utf8.DecodeRune(rest)
			rest = rest[n:]
			p.Col += n
		}
	}
}

// maxFrontMatter bounds what is parsed, in bytes: the parsers take quadratic
// time for hostile input.
const maxFrontMatter = 64 << 10

// fenced parses front matter between the first line and one of the closing lines.
func fenced(text string, parse func(string) (*yaml.Node, error), closing ...string) (*yaml.Node, string, error) {
	_, text, _ = strings.Cut(text, "\n")
	for start := 0; start < len(text); {
		line, _, _ := strings.Cut(text[start:], "\n")
		next := min(start+len(line)+1, len(text))
		for _, c := range closing {
			if strings.TrimRight(line, " \t") == c {
				if start > maxFrontMatter {
					return nil, "", &feeds.Problem{Line: 1, Col: 1, Message: "front matter is longer than 64 KiB: close it above the text, or shorten it"}
				}
				root, err := parse(text[:start])
				return root, text[next:], err
			}
		}
		start = next
	}
	return nil, "", &feeds.Problem{Line: 1, Col: 1, Message: "front matter is never closed: add a line " + closing[0] + " after its last key"}
}

// duplicates names the first key given twice in one mapping: which of the two
// counts would be a guess. At the top, where case does not count, neither does
// it here.
func duplicates(n *yaml.Node, top bool) error {
	seen := make(map[string]*yaml.Node)
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && c.Kind == yaml.ScalarNode && c.Tag != "!!merge" {
			key := c.Value
			if top {
				key = strings.ToLower(key)
			}
			if first := seen[key]; first != nil {
				return &feeds.Problem{Line: c.Line, Col: c.Column, Field: c.Value, Message: fmt.Sprintf("given twice, first in line %d: remove one", first.Line)}
			}
			seen[key] = c
		}
		if err := duplicates(c, false); err != nil {
			return err
		}
	}
	return nil
}
