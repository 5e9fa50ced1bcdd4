package article

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"feedmill/feeds"
)

// ErrNoFrontMatter says that a file is no article: it has no front matter.
var ErrNoFrontMatter = errors.New("no front matter: not an article (begin the file with a line of three dashes, keys and values, and another such line)")

// source is a file taken apart.
type source struct {
	raw  []byte // the file with line feeds only, without its byte-order mark
	body []byte // without blank lines around it; shares the file's memory
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
	s.body = bytes.TrimRight(bytes.TrimLeft(body, "\n"), " \t\n")
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
	ascii := true
	for i := 0; i < len(text); {
		n := 1
		switch c := text[i]; c {
		case 0xc2, 0xe2, 0xef: // all that is not to be printed begins with one of these
			var r rune
			if r, n = utf8.DecodeRune(text[i:]); unprintable(r) {
				return false
			}
			ascii = false
		default:
			if c >= utf8.RuneSelf {
				ascii = false
			} else if n = legibleASCII(text[i:]); n == 0 {
				if n = 1; unprintable(rune(c)) {
					return false
				}
			}
		}
		i += n
	}
	return ascii || utf8.Valid(text)
}

// legibleASCII is the number of bytes, in steps of eight, that text begins with
// and that are ASCII characters to print or line feeds.
func legibleASCII(text []byte) (n int) {
	const ones, low, high = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		del, feed := w^0x7f*ones, w^'\n'*ones
		control := ^(w&low | high - ' '*ones) // the high bit of each byte says it, here and below
		del, feed = ^(del&low + low | del), ^(feed&low + low | feed)
		if (w|del|control&^feed)&high != 0 {
			break
		}
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
	first := bytes.IndexByte(text, '\n') + 1
	start, next := closingLine(text, first, closing)
	switch {
	case first == 0, start < 0:
		return nil, &feeds.Problem{Line: 1, Col: 1, Message: "front matter is never closed: add a line " + closing[0] + " after its last key"}
	case start-first > maxFrontMatter:
		return nil, &feeds.Problem{Line: 1, Col: 1, Message: "front matter is longer than 64 KiB: close it above the text, or shorten it"}
	}
	return text[next:], parse(t, string(text[first:start]))
}

// closingLine finds the first line from start on that is one of fences, and what
// follows it; from is negative where there is none.
func closingLine(text []byte, start int, fences []string) (from, next int) {
	for ; start < len(text); start = next {
		next = len(text)
		if n := bytes.IndexByte(text[start:], '\n'); n >= 0 {
			next = start + n + 1
		}
		if c := text[start]; c >= 'A' || c <= ' ' { // nearly all: keys, and what is below them
			continue
		}
		for _, fence := range fences {
			if string(bytes.TrimRight(text[start:next], " \t\n")) == fence {
				return start, next
			}
		}
	}
	return -1, 0
}
