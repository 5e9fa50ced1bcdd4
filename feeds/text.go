package feeds

import (
	"strings"
	"unicode/utf8"
)

// XMLText returns s with everything removed that XML 1.0 §2.2 forbids in a
// document or advises against: control characters other than tab, line feed and
// carriage return, surrogates, and noncharacters such as U+FFFE. Bytes that are
// not UTF-8 become U+FFFD. It returns s itself, without allocating, when nothing
// is wrong.
func XMLText(s string) string {
	if xmlClean(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if !xmlRune(r) {
			return -1
		}
		return r
	}, s)
}

func xmlClean(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7F { // nearly all
			i++
			continue
		}
		if c < utf8.RuneSelf {
			if !xmlRune(rune(c)) {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !xmlRune(r) {
			return false
		}
		i += n
	}
	return true
}

func xmlRune(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < 0x20, r >= 0x7F && r <= 0x9F, r >= 0xD800 && r <= 0xDFFF:
		return false
	case r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return false
	}
	return r <= 0x10FFFF
}
