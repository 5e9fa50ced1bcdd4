package article

import (
	"bytes"
	"strings"
	"time"

	"golang.org/x/net/html/atom"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
	"feedmill/feeds/internal/packed"
)

// digests returns two: visible covers everything that readers can see of the
// article, content only what the file holds, whatever it is called and wherever it
// lies. Neither depends on an id made of the path, on the order of keys, on the
// address the site is published at, or on white space without meaning. They are made
// of the packed form of the article: one more field of that is one more here.
func (d *draft) digests() (visible, content feeds.Digest) {
	text, packing := borrow(), borrow()
	defer text.giveBack()
	defer packing.giveBack()
	text.bytes = appendCanonical(text.bytes, d.body.Text, d.body.Markup)
	p := payload{item: d.base, body: d.body}
	p.item.URL, p.item.Video, p.body.Text = "", nil, text.bytes
	title, published, updated := d.base.Title, d.Published, d.base.Updated
	if d.named.title {
		title = ""
	}
	if d.named.date {
		published, updated = time.Time{}, d.Stated
	}
	b := packed.AppendString(p.append(packing.bytes, d.site.Own), title)
	b = packed.AppendTime(packed.AppendTime(b, published), updated)
	b = appendList(b, d.Member, appendTag)
	content = feeds.DigestOf(b)

	b = append(b[:0], content[:]...)
	if d.Explicit {
		b = packed.AppendString(b, d.base.ID)
	}
	b = appendStrings(append(b, 0), d.site.Own(d.base.URL), d.base.Title, d.Hidden)
	b = appendList(b, one(d.base.Video), func(b []byte, v feeds.Video) []byte { return appendVideo(b, v, d.site.Own) })
	for _, t := range [...]time.Time{d.Published, d.base.Updated, d.NotBefore, d.Expires} {
		b = packed.AppendTime(b, t)
	}
	packing.bytes = b
	return feeds.DigestOf(b), content
}

// appendCanonical appends a body without the white space that readers never
// see: at the ends of lines and of the text, and, in HTML, wherever more than one
// space stands outside of pre elements.
func appendCanonical(out, text []byte, m Markup) []byte {
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

// trimEnd takes white space off the end of a line, but not a hard line break.
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

// fenceAfter is the mark of the code block that is open after a line; empty
// where none is.
func fenceAfter(open string, line []byte) string {
	line = bytes.TrimLeft(line, " ")
	mark := ""
	switch {
	case bytes.HasPrefix(line, []byte("```")):
		mark = "```"
	case bytes.HasPrefix(line, []byte("~~~")):
		mark = "~~~"
	default:
		return open
	}
	switch open {
	case "":
		return mark
	case mark:
		return ""
	}
	return open
}

// appendTight makes one space of each run of white space, and none next to the
// tags of blocks.
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

func blockTag(tag string) bool {
	name := strings.ToLower(strings.Trim(tag, "</>"))
	name, _, _ = strings.Cut(name, " ")
	return body.IsBlock(atom.Lookup([]byte(name)))
}
