// Package frontmatter reads the front matter of an article's file: YAML between
// lines of three dashes, TOML between lines of three plus signs, or a leading
// JSON object. [Tree.Parse] splits a file and gives its keys and values, each
// with its line and column; what a key means is not decided here.
//
// Nearly all YAML is read by a scanner of the usual forms (scan.go), which
// declines whatever it is not sure of; yaml.v3 then reads the whole again. Both
// give the same tree for the same text.
package frontmatter

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"feedmill/feeds"
)

// ErrNone says that a file is no article: it has no front matter.
var ErrNone = errors.New("no front matter: not an article (begin the file with a line of three dashes, keys and values, and another such line)")

// File is an article's file apart from its front matter.
type File struct {
	Body     []byte           // without blank lines around it; shares the file's memory
	Warnings []*feeds.Problem // what is wrong with single bytes; the file is usable
	text     []byte           // the whole file with line feeds only, without its byte-order mark
}

// Parse splits src, the content of a file, and fills t, which must be empty,
// with its front matter. t shares no memory with src, the File does. The error
// is ErrNone or a *feeds.Problem. Problems have no path yet, and their columns
// count characters: see [File.Locate].
func (t *Tree) Parse(src []byte) (f File, err error) {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return f, &feeds.Problem{Line: 1, Col: 1, Message: "the file is UTF-16: save it as UTF-8"}
	}
	f.text = lineFeeds(bytes.TrimPrefix(src, []byte("\ufeff")))
	text, warnings := replaceUnprintable(f.text)
	first, _, _ := bytes.Cut(text, []byte("\n"))
	body := text
	switch first := string(bytes.TrimRight(first, " \t")); {
	case first == "---":
		body, err = fenced(t, text, parseYAML, "---", "...")
	case first == "+++":
		body, err = fenced(t, text, parseTOML, "+++")
	case !strings.HasPrefix(first, "{"), len(first) > 1 && strings.IndexByte("{%#<", first[1]) >= 0: // a page of a template language
		return f, ErrNone
	default:
		body, err = parseJSON(t, text)
	}
	f.Body, f.Warnings = bytes.TrimRight(bytes.TrimLeft(body, "\n"), " \t\n"), warnings
	return f, err
}

// lineFeeds returns src with every line ended by a line feed alone; src itself is
// not changed.
func lineFeeds(src []byte) []byte {
	if bytes.IndexByte(src, '\r') < 0 {
		return src
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// Locate gives problems of this file its path, and columns in bytes instead of
// characters. It sorts them by place and goes through the file once.
func (f File) Locate(path string, problems []*feeds.Problem) {
	slices.SortStableFunc(problems, (*feeds.Problem).Compare)
	text, line := f.text, 1 // text begins with line
	chars, size := 0, 0     // at the beginning of it that have been counted, and their bytes
	for _, p := range problems {
		p.Path = path
		if p.Line < 1 || p.Col < 1 {
			continue
		}
		for ; line < p.Line; line++ {
			_, text, _ = bytes.Cut(text, []byte("\n"))
			chars, size = 0, 0
		}
		for ; chars < p.Col-1 && size < len(text); chars++ {
			_, n := utf8.DecodeRune(text[size:])
			size += n
		}
		p.Col = 1 + size
	}
}

// Short cuts a text to a length that is bearable in a message.
func Short(s string) string { return shortened(s, 80) }

// shortened returns s, or the first of its characters and an ellipsis.
func shortened(s string, most int) string {
	chars := 0
	for i := range s {
		if chars++; chars > most {
			return feeds.XMLText(s[:i]) + "…"
		}
	}
	return s
}

// maxFrontMatter is the most that front matter may have, in bytes: as it stands, and
// with what aliases of YAML stand for written out.
const maxFrontMatter = 64 << 10

// tooLong is the problem of front matter that has more.
func tooLong() *feeds.Problem {
	return &feeds.Problem{Line: 1, Col: 1, Message: "front matter is longer than 64 KiB: close it above the text, or shorten it"}
}

// fenced parses the front matter between the first line and a closing line into
// t, and returns what follows.
func fenced(t *Tree, text []byte, parse func(*Tree, string) error, closing ...string) ([]byte, error) {
	first := bytes.IndexByte(text, '\n') + 1
	start, next := closingLine(text, first, closing)
	switch {
	case first == 0, start < 0:
		return nil, &feeds.Problem{Line: 1, Col: 1, Message: "front matter is never closed: add a line " + closing[0] + " after its last key"}
	case start-first > maxFrontMatter:
		return nil, tooLong()
	}
	return text[next:], parse(t, string(text[first:start]))
}

// closingLine returns where the first line from start on that is one of fences
// begins, and where the next line does; from is negative if there is none.
func closingLine(text []byte, start int, fences []string) (from, next int) {
	for ; start < len(text); start = next {
		next = len(text)
		if n := bytes.IndexByte(text[start:], '\n'); n >= 0 {
			next = start + n + 1
		}
		if c := text[start]; c >= 'A' || c <= ' ' { // no fence: nearly all lines are keys or indented
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
