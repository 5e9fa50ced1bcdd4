package article

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"

	"feedmill/feeds"
)

// ErrNoFrontMatter says that a file is no article: it has no front matter.
var ErrNoFrontMatter = errors.New("no front matter: not an article (begin the file with a line of three dashes, keys and values, and another such line)")

// source is a file taken apart.
type source struct {
	raw  []byte // the file with line feeds only, without its byte-order mark
	body string // without blank lines around it
}

// split takes a file apart; t, which is empty, gets the front matter, with
// columns in characters: see place. Its error is ErrNoFrontMatter or a
// *feeds.Problem without a path; notes are problems that cost nothing but a
// character.
func split(t *tree, src []byte) (s source, notes []*feeds.Problem, err error) {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return s, nil, &feeds.Problem{Line: 1, Col: 1, Message: "the file is UTF-16: save it as UTF-8"}
	}
	s.raw = lineFeeds(bytes.TrimPrefix(src, []byte("\ufeff")))
	text, notes := legible(s.raw)
	first, _, _ := bytes.Cut(text, []byte("\n"))
	body := text
	switch first := string(bytes.TrimRight(first, " \t")); {
	case first == "---":
		body, err = fenced(t, text, parseYAML, "---", "...")
	case first == "+++":
		body, err = fenced(t, text, parseTOML, "+++")
	case !strings.HasPrefix(first, "{"), len(first) > 1 && strings.IndexByte("{%#<", first[1]) >= 0: // a page of a template language
		return s, nil, ErrNoFrontMatter
	default:
		body, err = parseJSON(t, text)
	}
	s.body = string(bytes.TrimRight(bytes.TrimLeft(body, "\n"), " \t\n"))
	return s, notes, err
}

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
// of a line, becomes a space. It returns raw itself where nothing is wrong.
func legible(raw []byte) ([]byte, []*feeds.Problem) {
	if printable(raw) {
		return raw, nil
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
	return bytes.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, raw), notes
}

// printable reports whether text is UTF-8 that needs no change.
func printable(text []byte) bool {
	for i := 0; i < len(text); {
		i += letters(text[i:])
		if i == len(text) || text[i] == '\n' || text[i] == '\t' {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 || unprintable(r) {
			return false
		}
		i += n
	}
	return true
}

// letters is the number of printable ASCII characters that text begins with.
func letters(text []byte) (n int) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		del := w ^ 0x7f*ones
		// The lowest of these bits is exact, which higher ones, for borrowing, need not be.
		if other := (w | (w-' '*ones)&^w | (del-ones)&^del) & high; other != 0 {
			return n + bits.TrailingZeros64(other)/8
		}
	}
	for n < len(text) && text[n] >= ' ' && text[n] < 0x7f {
		n++
	}
	return n
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

// fenced parses front matter between the first line and one of the closing
// lines, and returns what follows it.
func fenced(t *tree, text []byte, parse func(*tree, string) error, closing ...string) ([]byte, error) {
	start, next := -1, 0
	for _, c := range closing {
		if i, end := closingLine(text, c); i >= 0 && (start < 0 || i < start) {
			start, next = i, end
		}
	}
	first := bytes.IndexByte(text, '\n') + 1
	switch {
	case start < 0:
		return nil, &feeds.Problem{Line: 1, Col: 1, Message: "front matter is never closed: add a line " + closing[0] + " after its last key"}
	case start-first > maxFrontMatter:
		return nil, &feeds.Problem{Line: 1, Col: 1, Message: "front matter is longer than 64 KiB: close it above the text, or shorten it"}
	}
	return text[next:], parse(t, string(text[first:start]))
}

// closingLine finds the first line after the first that is fence; start is
// negative where there is none, next is behind it.
func closingLine(text []byte, fence string) (start, next int) {
	for at := 0; ; at = start {
		i := bytes.Index(text[at:], []byte("\n"+fence))
		if i < 0 {
			return -1, 0
		}
		start = at + i + 1
		line, _, _ := bytes.Cut(text[start:], []byte("\n"))
		if len(bytes.TrimRight(line, " \t")) == len(fence) {
			return start, min(start+len(line)+1, len(text))
		}
	}
}
