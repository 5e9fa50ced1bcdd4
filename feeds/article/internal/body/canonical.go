package body

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// AppendCanonical appends to out the text without white space that nobody sees: at the ends
// of lines and of the text and, in HTML without pre elements, more than one space
// between words and any next to the tags of blocks.
func (b *Body) AppendCanonical(out []byte) []byte {
	text, m := b.Text, b.Markup
	out = slices.Grow(out, len(text)) // nothing gets longer
	if m == HTML && !bytes.Contains(text, []byte("<pre")) && !bytes.Contains(text, []byte("<textarea")) {
		return appendTight(out, text)
	}
	blank, empty, fence := false, true, ""
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		if m == Markdown {
			fence = fenceAfter(fence, line)
		}
		if fence == "" {
			line = trimEnd(line, m)
		}
		if len(line) == 0 && fence == "" {
			blank = true
			continue
		}
		if !empty {
			out = append(out, '\n')
			if blank {
				out = append(out, '\n')
			}
		}
		blank, empty = false, false
		out = append(out, line...)
	}
	return out
}

// trimEnd takes white space off the end of a line, except a hard line break.
func trimEnd(line []byte, m Markup) []byte {
	trimmed := bytes.TrimRight(line, " \t")
	if m == Markdown && len(trimmed) > 0 && bytes.HasSuffix(line, []byte("  ")) {
		if n := len(trimmed); string(line[n:n+2]) == "  " { // nearly always: a tab can stand between
			return line[:n+2]
		}
		trimmed = append(bytes.Clone(trimmed), "  "...)
	}
	return trimmed
}

// fenceAfter returns the mark of the code block that is open after a line; "" if
// none is. The one before the line is open.
func fenceAfter(open string, line []byte) string {
	line = bytes.TrimLeft(line, " ")
	for _, mark := range [...]string{"```", "~~~"} {
		switch {
		case !bytes.HasPrefix(line, []byte(mark)):
		case open == "":
			return mark
		case open == mark:
			return ""
		}
	}
	return open
}

// appendTight appends HTML with one space for each run of white space, and none next
// to the tags of blocks.
func appendTight(out, text []byte) []byte {
	start := len(out)
	for word := range bytes.FieldsSeq(text) {
		if len(out) > start {
			out = append(out, ' ')
		}
		out = append(out, word...)
	}
	rest, out := out[start:], out[:start] // nothing gets longer
	for {
		before, after, _ := bytes.Cut(rest, []byte("<"))
		tag, after, found := bytes.Cut(after, []byte(">"))
		if !found {
			return append(out, rest...)
		}
		tag = rest[len(before) : len(before)+len(tag)+2]
		if blockTag(string(tag)) {
			before, after = bytes.TrimSuffix(before, []byte(" ")), bytes.TrimPrefix(after, []byte(" "))
		}
		out = append(append(out, before...), tag...)
		rest = after
	}
}

// blockTag reports whether a tag is that of an element that ends the line.
func blockTag(tag string) bool {
	name := strings.ToLower(strings.Trim(tag, "</>"))
	name, _, _ = strings.Cut(name, " ")
	return block(atom.Lookup([]byte(name)))
}
