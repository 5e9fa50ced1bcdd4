package article

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html/atom"

	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/body"
)

// Digest stands for what a reader sees.
type Digest [16]byte

// digests returns two: visible covers everything the item and its membership are
// made of, content only what the file holds, whatever it is called and wherever
// it lies. Neither depends on an id made of the path, on the order of keys, on
// the address the site is published at, or on white space without meaning.
func (a *draft) digests() (visible, content Digest) {
	d := digesters.Get().(*digester)
	defer digesters.Put(d)
	d.urls = a.site
	d.text = appendCanonical(d.text[:0], a.body.Text, a.body.Markup)
	for i := range d.parts {
		d.parts[i] = d.parts[i][:0]
	}
	base := a.base
	if !a.Explicit {
		base.ID = ""
	}
	d.item(&base)
	d.part(4, func() {
		d.raw(",")
		d.tags(a.Member)
	})
	d.times(a.Published, a.NotBefore, a.Expires)
	d.strings(a.Hidden, string(a.body.Markup), a.body.Featured)
	visible = d.sum()

	base.URL, base.Video, base.ID = "", nil, ""
	if a.named.title {
		base.Title = ""
	}
	published := a.Published
	if a.named.date {
		published, base.Published, base.Updated = time.Time{}, time.Time{}, a.Stated
	}
	d.item(&base)
	d.part(4, func() {
		d.raw(",")
		d.tags(a.Member)
	})
	d.times(published)
	d.strings(string(a.body.Markup), a.body.Featured)
	return visible, d.sum()
}

var digesters = sync.Pool{New: func() any { return &digester{hash: sha256.New()} }}

// digester holds what is digested: JSON as package encoding/json writes it, and
// the body.
type digester struct {
	urls       address.Site
	hash       hash.Hash
	json, text []byte
	parts      [5][]byte // that both digests have
}

// sum is the digest of an array of all that was written since the last one.
func (d *digester) sum() (sum Digest) {
	d.hash.Reset()
	d.hash.Write(append(d.json, ']', '\n'))
	d.hash.Write(d.text)
	d.json = d.hash.Sum(d.json[:0])
	copy(sum[:], d.json)
	d.json = d.json[:0]
	return sum
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
