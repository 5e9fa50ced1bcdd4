package body

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"
)

// treeSize is about what the tree of an HTML text takes, in bytes; 0 for one that nests too deep.
func treeSize(t testing.TB, src string) int {
	root, err := fragment(t.Context(), src)
	if err != nil {
		return 0
	}
	size := 0
	for n := range root.Descendants() {
		size += 128
		if n.Type == nethtml.ElementNode {
			for _, a := range n.Attr {
				size += len(a.Key) + len(a.Val) + 48
			}
		}
	}
	return size
}

// bound is what a tree may take by the tags of its text: what all have, and what nesting
// counts for those that are opened again.
func bound(t testing.TB, src string) int {
	n, tags, own := newNesting(), newTags(t.Context(), src), 1024
	for tags.next() {
		if tags.kind == nethtml.TextToken && n.inForeign() && tags.hides && strings.IndexByte(tags.raw, '<') >= 0 {
			return 1 << 60 // weigh refuses it
		}
		own += 4*128 + 64*len(tags.raw)
		tags.follow(n)
	}
	return own + 4*n.taken // an end tag can open them twice, before and after it
}

// TestNestingBounds compares what nesting counts with the trees of many texts that are
// made at random of the tags that parsers have rules for.
func TestNestingBounds(t *testing.T) {
	for seed := range uint64(600) {
		src := randomTags(seed)
		if got, most := treeSize(t, src), bound(t, src); got > most {
			t.Errorf("seed %d: a tree of %d bytes, more than %d:\n%.2000s", seed, got, most, src)
		}
	}
}

// randomTags makes a text of a random pattern of tags, which it repeats.
func randomTags(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 2))
	names := strings.Fields(`a b b i font nobr code p p div li ul dd dt dl h1 h2 table tr td th tbody caption colgroup col object applet marquee button
		select option optgroup form svg math mi desc foreignObject title template ruby rt rp span br img input hr pre address section iframe style x-y`)
	k := 2 + r.IntN(12)
	var pattern []string
	for range k {
		name := names[r.IntN(len(names))]
		switch r.IntN(5) {
		case 0, 1:
			pattern = append(pattern, "<"+name+">")
		case 2:
			pattern = append(pattern, "<"+name+" a=%d>")
		case 3:
			pattern = append(pattern, "</"+name+">")
		case 4:
			pattern = append(pattern, "x")
		}
	}
	var b strings.Builder
	again := func(times int) {
		for i := range times {
			for _, p := range pattern {
				b.WriteString(strings.ReplaceAll(p, "%d", fmt.Sprint(i)))
			}
		}
	}
	again(1 + r.IntN(40))
	pattern = pattern[r.IntN(k):]
	again(60)
	b.WriteString(strings.Repeat("<p>x</p>", 100*r.IntN(2)))
	return b.String()
}

// FuzzNesting looks for tags of which a parser makes more than nesting counts.
func FuzzNesting(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(randomTags(seed))
	}
	f.Add("<a 1><table><td><a 2></td></table>x")
	f.Add("<table><b a=1>x<tr>y<td><object></table></b>")
	f.Fuzz(func(t *testing.T, src string) {
		src = strings.Repeat(src, 1+2000/(len(src)+1))
		if got, most := treeSize(t, src), bound(t, src); got > most {
			t.Errorf("a tree of %d bytes, more than %d", got, most)
		}
	})
}
