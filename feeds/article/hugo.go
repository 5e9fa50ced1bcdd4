package article

import (
	"strings"
	"unicode"
)

// What Hugo means by the files of its sites stands in this file; see also
// Options.Hugo.

// hugoName makes part of an address of a name: lower case, hyphens for spaces, no
// other punctuation.
func hugoName(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case unicode.IsLetter(c), unicode.IsDigit(c), unicode.IsMark(c), strings.ContainsRune("/._-+~#@", c):
			return c
		}
		return -1
	}, strings.ToLower(s))
}

// headless hides a page that Hugo only renders inside of others.
func (r *reader) headless(v value) {
	if r.p.opt.Hugo && r.a.Hidden == "" {
		r.hide(r.flag(v), "headless: true")
	}
}

// build hides a page that has no address of its own.
func (r *reader) build(v value) {
	if !r.p.opt.Hugo || r.a.Hidden != "" {
		return
	}
	switch strings.ToLower(r.text(v.In("render"))) {
	case "never", "false", "link":
		r.hide(true, "build.render: never")
	}
}
