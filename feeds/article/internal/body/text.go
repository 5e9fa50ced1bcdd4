package body

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"feedmill/feeds"
)

// clearTag finds what only HTML has: a closing tag, a line break, a picture.
// "1 < 2" and "Vec<T>" have none of these.
var clearTag = regexp.MustCompile(`(?i)</(a|b|i|em|strong|code|sup|sub|span|u|small|q|p|div|li|ul|ol|h[1-6]|blockquote|font|cite|abbr|script|style)\s*>|<br\s*/?>|<img\s`)

var reference = regexp.MustCompile(`&(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)

// IsPlainText reports whether PlainText returns s as it is. It may say no though
// it does.
func IsPlainText(s string) bool {
	return tidy(s) && strings.IndexByte(s, '<') < 0 && strings.IndexByte(s, '&') < 0 && feeds.XMLText(s) == s
}

// PlainText makes one line of plain text of s: tags are taken out if there clearly
// are some, character references are decoded, even if they are escaped several
// times, and control characters become spaces.
func PlainText(s string) string {
	if IsPlainText(s) {
		return s
	}
	return withoutMarkup(s)
}

// withoutMarkup is PlainText without the short cut.
func withoutMarkup(s string) string {
	if strings.IndexByte(s, '<') >= 0 && clearTag.MatchString(s) {
		s = stripTags(s)
	}
	for range 3 {
		if strings.IndexByte(s, '&') < 0 {
			break
		}
		next := reference.ReplaceAllStringFunc(s, unescape)
		if next == s {
			break
		}
		s = next
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(feeds.XMLText(s)), " ")
}

// unescape decodes one reference. One that only begins like a known name, such as
// "&notit;", stays.
func unescape(ref string) string {
	if s := html.UnescapeString(ref); !strings.HasSuffix(s, ";") || s == ";" {
		return s
	}
	return ref
}

// stripTags returns the text between tags, with its references as they are.
func stripTags(s string) string {
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(s))
	hidden := false
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return b.String()
		case nethtml.TextToken:
			if !hidden {
				b.Write(z.Raw())
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken, nethtml.EndTagToken:
			t := z.Token()
			if t.DataAtom == atom.Script || t.DataAtom == atom.Style {
				hidden = t.Type == nethtml.StartTagToken
			}
			if block(t.DataAtom) {
				b.WriteByte(' ')
			}
		}
	}
}

// textOf returns the text of HTML, decoded, with an empty line before and after each
// block. It goes once over src and makes no tree.
func textOf(src string) string {
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(src))
	hidden := false
	for {
		kind := z.Next()
		switch kind {
		case nethtml.ErrorToken:
			return b.String()
		case nethtml.TextToken:
			if !hidden {
				b.Write(z.Text())
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken, nethtml.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == atom.Script || tag == atom.Style {
				hidden = kind == nethtml.StartTagToken
			}
			if block(tag) {
				b.WriteString("\n\n")
			}
		}
	}
}

// block reports whether an element ends the line.
func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Br, atom.Tr, atom.Td, atom.Th,
		atom.Blockquote, atom.Pre, atom.Section, atom.Article, atom.Figure, atom.Figcaption, atom.Dt, atom.Dd, atom.Table:
		return true
	}
	return false
}

// OneLine makes one space of each run of white space, and none of those at the
// ends.
func OneLine(s string) string {
	if tidy(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// tidy reports whether s is a line of words with single spaces between them, and
// without control characters.
func tidy(s string) bool {
	space := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			if space {
				return false
			}
			space = true
			continue
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if unicode.IsSpace(r) || unicode.IsControl(r) {
				return false
			}
			i += n - 1
		case c < ' ', c == 0x7f:
			return false
		}
		space = false
	}
	return s == "" || !space
}
