package frontmatter

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bytes that the scanner accepts in scalars without quotes: in keys, at the
// beginning, and in lists in brackets. Bytes to which YAML gives a meaning there
// are not among them; those of characters outside ASCII are, except in keys.
var (
	keyByte     = bytesOf("_-.", false)
	plainStart  = bytesOf("_/.(+$~^;<=\\", true)
	bracketByte = bytesOf(" _/.(+$~^;<=\\)-&'!#@", true)
)

// bytesOf makes a set of letters, digits, others and, if scripts, all bytes of
// characters outside ASCII.
func bytesOf(others string, scripts bool) (set [256]bool) {
	for c := range set {
		b := byte(c)
		set[c] = b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || scripts && b >= utf8.RuneSelf || strings.IndexByte(others, b) >= 0
	}
	return set
}

// begins reports whether s surely begins a scalar without quotes. A dash begins one
// only if another such byte follows.
func begins(s string) bool {
	return s != "" && (plainStart[s[0]] || s[0] == '-' && len(s) > 1 && plainStart[s[1]])
}

// bare adds the scalar without quotes from i to end; col is its column.
func (s *scanner) bare(i, end, col int) (int32, bool) {
	for s.text[end-1] == ' ' {
		end--
	}
	n := node{start: int32(i), end: int32(end), line: s.line, col: int32(col)}
	switch s.text[i:end] {
	case "~", "null", "Null", "NULL": // https://yaml.org/type/null.html
		n.null = true
	case "<<":
		return 0, false
	}
	return s.t.add(n), true
}

// plain reads the scalar without quotes at i, up to a comment or the line's end.
func (s *scanner) plain(i int) (int32, bool) {
	text := s.text[i:s.end]
	if !begins(text) {
		return 0, false
	}
	for j := range len(text) {
		if c := text[j]; c == ':' && (j+1 == len(text) || text[j+1] == ' ') {
			return 0, false
		} else if c == '#' && text[j-1] == ' ' {
			text = text[:j]
			break
		}
	}
	return s.bare(i, i+len(text), i-s.bol+1)
}

// quoted reads the scalar in quotes at i; end is the offset behind them.
func (s *scanner) quoted(i, col int) (n int32, end int, ok bool) {
	size, q := doubleQuoted(s.text[i+1 : s.end])
	if s.text[i] == '\'' {
		size, q = singleQuoted(s.text[i+1 : s.end])
	}
	if size < 0 {
		return 0, 0, false
	}
	end = i + 1 + size
	return s.t.add(node{start: int32(i + 1), end: int32(end), quotes: q, line: s.line, col: int32(col)}), end + 1, true
}

// doubleQuoted returns the length of the text before the closing quote; negative if
// there is none, or an escape that the scanner does not know.
func doubleQuoted(s string) (size int, q quotes) {
	for {
		n := strings.IndexByte(s[size:], '"')
		if n < 0 {
			return -1, q
		}
		b := strings.IndexByte(s[size:size+n], '\\')
		if b < 0 {
			return size + n, q
		}
		_, escaped := backslash(s[size+b:])
		if escaped == 0 {
			return -1, q
		}
		size, q = size+b+escaped, backslashes
	}
}

// singleQuoted is doubleQuoted for single quotes, where two stand for one.
func singleQuoted(s string) (size int, q quotes) {
	for {
		n := strings.IndexByte(s[size:], '\'')
		if n < 0 {
			return -1, q
		}
		if size += n; !strings.HasPrefix(s[size:], "''") {
			return size, q
		}
		size, q = size+2, doubledQuotes
	}
}

var escapes = map[byte]rune{'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\'': '\'', '\\': '\\'}

// backslash returns the character that the escape at the start of s stands for, and
// the escape's length, 0 if the escape is not known.
func backslash(s string) (r rune, size int) {
	digits := 0
	switch {
	case len(s) < 2:
		return 0, 0
	case s[1] == 'x':
		digits = 2
	case s[1] == 'u':
		digits = 4
	default:
		r, ok := escapes[s[1]]
		if !ok {
			return 0, 0
		}
		return r, 2
	}
	if len(s) < 2+digits {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[2:2+digits], 16, 32)
	if r = rune(n); err != nil || !utf8.ValidRune(r) {
		return 0, 0
	}
	return r, 2 + digits
}

// unescaped returns the text that s means between double quotes.
func unescaped(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	for {
		b := strings.IndexByte(s, '\\')
		if b < 0 {
			out.WriteString(s)
			return out.String()
		}
		r, size := backslash(s[b:])
		out.WriteString(s[:b])
		out.WriteRune(r)
		s = s[b+size:]
	}
}

// brackets reads the list in brackets at i, such as [a, "b"]; end is the offset
// behind it.
func (s *scanner) brackets(i int) (q int32, end int, ok bool) {
	col, counted, last := i-s.bol+1, i, int32(0)
	q = s.t.add(node{kind: sequenceNode, line: s.line, col: int32(col)})
	if i = s.skip(i + 1); i < s.end && s.text[i] == ']' {
		return q, i + 1, true
	}
	for i < s.end {
		col += utf8.RuneCountInString(s.text[counted:i])
		counted = i
		var e int32
		if e, i, ok = s.bracketed(i, col); !ok {
			break
		}
		s.t.link(q, last, e)
		last = e
		switch i = s.skip(i); {
		case i < s.end && s.text[i] == ']':
			return q, i + 1, true
		case i == s.end || s.text[i] != ',':
			return q, i, false
		}
		i = s.skip(i + 1)
	}
	return q, i, false
}

// bracketed reads the element of such a list at i.
func (s *scanner) bracketed(i, col int) (n int32, end int, ok bool) {
	if c := s.text[i]; c == '"' || c == '\'' {
		return s.quoted(i, col)
	}
	if !begins(s.text[i:s.end]) {
		return 0, i, false
	}
	for end = i; end < s.end && bracketByte[s.text[end]]; end++ {
		if s.text[end] == '#' && s.text[end-1] == ' ' {
			return 0, i, false
		}
	}
	n, ok = s.bare(i, end, col)
	return n, end, ok
}
