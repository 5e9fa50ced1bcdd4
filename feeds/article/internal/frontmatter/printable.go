package frontmatter

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"feedmill/feeds"
)

// replaceUnprintable replaces, character by character, what the parsers and
// feeds cannot hold: a byte that is not UTF-8 becomes U+FFFD, and a character
// that YAML or XML forbids, or that only YAML takes for the end of a line,
// becomes a space. Lines and columns stay the same. It returns raw itself if
// nothing is wrong; the problem, if any, names the first byte that is not UTF-8.
func replaceUnprintable(raw []byte) (text []byte, warnings []*feeds.Problem) {
	if printable(raw) {
		return raw, nil
	}
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			line, col := position(string(raw[:i]))
			warnings = append(warnings, &feeds.Problem{Line: line, Col: col, Message: fmt.Sprintf("byte 0x%02x is not UTF-8, shown as \ufffd: save the file as UTF-8", raw[i])})
			break // one is enough to see that the encoding is wrong
		}
		i += n
	}
	return bytes.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, raw), warnings
}

// printable reports whether text is UTF-8 that needs no change.
func printable(text []byte) bool {
	ascii := true
	for i := 0; i < len(text); {
		n := 1
		switch c := text[i]; c {
		case 0xc2, 0xe2, 0xef: // every unprintable character outside ASCII begins with one of these
			var r rune
			if r, n = utf8.DecodeRune(text[i:]); unprintable(r) {
				return false
			}
			ascii = false
		default:
			if c >= utf8.RuneSelf {
				ascii = false
			} else if n = printableASCII(text[i:]); n == 0 {
				if n = 1; unprintable(rune(c)) {
					return false
				}
			}
		}
		i += n
	}
	return ascii || utf8.Valid(text)
}

// printableASCII returns how many bytes at the start of text, in steps of eight,
// are printable ASCII characters or line feeds.
func printableASCII(text []byte) (n int) {
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

// unprintable reports whether r must not stand in front matter or in a feed.
func unprintable(r rune) bool {
	switch r {
	case '\n', '\t':
		return false
	case 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
		return true
	}
	return r < ' ' || r >= 0x7f && r < 0xa0
}

// position returns the line, and the column in characters, at which text that
// begins with before goes on.
func position(before string) (line, col int) {
	bol := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[bol:])
}
