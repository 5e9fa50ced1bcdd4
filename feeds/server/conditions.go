package server

import (
	"iter"
	"strings"

	"feedmill/feeds/document"
)

// namesTag reports whether an If-None-Match with these field lines names our tag,
// compared weakly (RFC 9110 §13.1.2), and in which coding: want, if that is one
// of several or none is told. Entries are matched whole, never as substrings; ones
// without quotes, as some clients send them, count too.
func namesTag(lines []string, tag string, want document.Coding) (coding document.Coding, held bool) {
	for got := range tags(lines) {
		c, same := want, got == "*"
		if !same {
			c, same = codedTag(strings.Trim(got, `"`), tag, want)
		}
		if same && c == want {
			return want, true
		}
		if same && !held {
			coding, held = c, true
		}
	}
	return coding, held
}

// tags yields the entries of an If-None-Match as they are written, without their
// weakness marks.
func tags(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, rest := range lines {
			for rest != "" {
				var got string
				if got, rest = nextTag(rest); !yield(got) {
					return
				}
			}
		}
	}
}

// nextTag cuts the first entry off a list, without its weakness mark. A comma
// within quotes belongs to the tag (RFC 9110 §8.8.3).
func nextTag(list string) (tag, rest string) {
	list = strings.TrimLeft(list, " \t,")
	list = strings.TrimPrefix(list, "W/")
	if strings.HasPrefix(list, `"`) {
		if end := strings.IndexByte(list[1:], '"'); end >= 0 {
			return list[:end+2], list[end+2:]
		}
	}
	tag, rest, _ = strings.Cut(list, ",")
	return strings.TrimRight(tag, " \t"), rest
}

// isTag reports whether got is tag, as it is or with the mark of a content
// coding that we or a proxy between us appended: -gzip, ;gzip, --gzip, -df.
func isTag(got, tag string) bool {
	_, same := codedTag(got, tag, document.Identity)
	return same
}

// codedTag is isTag and the coding of the mark: other where that is none of
// ours.
func codedTag(got, tag string, other document.Coding) (document.Coding, bool) {
	mark, ok := strings.CutPrefix(got, tag)
	if !ok || mark == "" {
		return document.Identity, ok
	}
	name := strings.TrimLeft(mark, "-;")
	if len(name) == len(mark) {
		return other, false
	}
	switch name {
	case "gzip":
		return document.Gzip, true
	case "br":
		return document.Brotli, true
	case "zstd":
		return document.Zstd, true
	case "deflate", "df":
		return other, true
	}
	return other, false
}
