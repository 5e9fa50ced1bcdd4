package server

import (
	"iter"
	"net/http"
	"strings"
	"time"

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
// weakness marks. A comma within quotes belongs to the tag (RFC 9110 §8.8.3).
func tags(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, rest := range lines {
			for rest != "" {
				rest = strings.TrimPrefix(strings.TrimLeft(rest, " \t,"), "W/")
				end := -1
				if strings.HasPrefix(rest, `"`) {
					end = strings.IndexByte(rest[1:], '"') + 2
				}
				var tag string
				if end > 1 {
					tag, rest = rest[:end], rest[end:]
				} else {
					tag, rest, _ = strings.Cut(rest, ",")
					tag = strings.TrimRight(tag, " \t")
				}
				if !yield(tag) {
					return
				}
			}
		}
	}
}

// codedTag reports whether got is tag, as it is or with the mark of a content coding
// that we or a proxy between us appended: -gzip, ;gzip, --gzip, -df. It also returns
// the coding of the mark: other where that is none of ours.
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

// heldBy reports whether the client already has this representation (RFC 9110
// §13.2.2), and in which coding, so that the answer names what the client has: the
// wanted one where it does not tell. If-None-Match decides alone where it is
// present.
func (out *representation) heldBy(r request, want document.Coding) (document.Coding, bool) {
	if tags := r.Field("If-None-Match"); tags != nil {
		return namesTag(tags, out.tag, want)
	}
	since := r.Field("If-Modified-Since")
	if len(since) != 1 || out.modified.IsZero() { // §13.1.3: several are to be ignored
		return want, false
	}
	t, err := http.ParseTime(since[0])
	return want, err == nil && !out.modified.Truncate(time.Second).After(t)
}
