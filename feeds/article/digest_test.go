package article

import (
	"feedmill/feeds"
	"reflect"
	"strings"
	"testing"
	"time"
)

const digestFront = `title: T
excerpt: E
date: 2021-03-29
webUrl: https://e.org/w
topics: [a, b]
provider: {name: P, domain: p.example}
images:
  - {url: https://e.org/a.png, width: 3, height: 4}
quality: 1`

// TestDigest holds that it changes with what a reader sees, and only then.
func TestDigest(t *testing.T) {
	digest := func(src string) [16]byte { return parse(t, Options{}, "a.md", src).Digest }
	file := func(front string) string { return "---\n" + front + "\n---\nBody.\n" }
	base := digest(file(digestFront))
	lines := strings.Split(digestFront, "\n")
	lines[0], lines[3] = lines[3], lines[0]

	for name, src := range map[string]string{
		"order of keys":   file(strings.Join(lines, "\n")),
		"quotes":          file(strings.Replace(digestFront, "title: T", `"title":   'T'`, 1)),
		"list style":      file(strings.Replace(digestFront, "topics: [a, b]", "topics:\n  - a\n\n  - b", 1)),
		"comment":         file("# note\n" + digestFront),
		"line endings":    strings.ReplaceAll(file(digestFront), "\n", "\r\n"),
		"mark":            "\ufeff" + file(digestFront),
		"end":             strings.TrimRight(file(digestFront), "\n"),
		"blank lines":     "---\n" + digestFront + "\n---\n\n\nBody.\n\n \n",
		"date form":       file(strings.Replace(digestFront, "2021-03-29", "2021-03-29T02:00:00.5+02:00", 1)),
		"bookkeeping":     file(strings.Replace(digestFront, "quality: 1", "quality: 2\nheat: 3\nsecured: x\nisCached: true\nratings: 4\nfollowers: 5", 1)),
		"nested":          file(strings.Replace(digestFront, "height: 4", "height: 4, isCached: true", 1)),
		"stated defaults": file(digestFront + "\npublished: true\ndraft: false"),
		"same update":     file(digestFront + "\nupdated: 2021-03-29"),
	} {
		if digest(src) != base {
			t.Errorf("%s: another digest", name)
		}
	}
	if parse(t, Options{}, "moved/b.md", file(digestFront)).Digest != base {
		t.Error("moved: another digest")
	}

	seen := map[[16]byte]string{base: "nothing"}
	for _, change := range [][2]string{
		{"title: T", "title: t"}, {"excerpt: E", "excerpt: F"}, {"2021-03-29", "2021-03-30"}, {"https://e.org/w", "https://e.org/v"},
		{"[a, b]", "[b, a]"}, {"[a, b]", "[a]"}, {"name: P", "name: Q"}, {"p.example", "q.example"}, {"a.png", "b.png"}, {"width: 3", "width: 5"},
		{"quality: 1", "updated: 2022-01-01"}, {"quality: 1", "originalUrl: https://e.org/o"}, {"quality: 1", "ampWebUrl: https://e.org/o"},
		{"quality: 1", "cdnAmpWebUrl: https://e.org/o"}, {"quality: 1", "type: video"}, {"quality: 1", "category: c"}, {"quality: 1", "author: A"},
		{"quality: 1", "author: A <a@e.org>"}, {"quality: 1", "featuredContent: <b>x</b>"}, {"quality: 1", "related: [https://e.org/r]"},
		{"quality: 1", "published: false"}, {"quality: 1", "draft: true"}, {"quality: 1", "removed: true"}, {"quality: 1", "id: '7'"},
		{"quality: 1", "language: de"}, {"quality: 1", "enclosure: https://e.org/a.mp3"}, {"quality: 1", "expiryDate: 2030-01-01"},
		{"quality: 1", "publishDate: 2022-01-01"}, {"height: 4", "height: 4, title: T"}, {"height: 4", "height: 4, attribution: T"},
		{"domain: p.example", "domain: p.example, images: [{url: https://e.org/i.png}]"},
	} {
		src := strings.Replace(file(digestFront), change[0], change[1], 1)
		d := digest(src)
		if was, ok := seen[d]; ok {
			t.Errorf("%s: the digest of %s", change[1], was)
		}
		seen[d] = change[1]
	}
	if digest("---\n"+digestFront+"\n---\nbody.\n") == base {
		t.Error("body: the same digest")
	}
	if parse(t, Options{}, "a.html", file(digestFront)).Digest == base {
		t.Error("markup: the same digest")
	}
}

// TestUndated gives articles without a date a time that stays.
func TestUndated(t *testing.T) {
	a, again, b := parse(t, Options{}, "a.md", "---\n---\n"), parse(t, Options{}, "a.md", "---\n---\nBody"), parse(t, Options{}, "b.md", "---\n---\n")
	if !a.Published.IsZero() || updated(a) != "1990-01-01" || !itemOf(a).Updated.Equal(itemOf(again).Updated) || itemOf(a).Updated.Equal(itemOf(b).Updated) {
		t.Errorf("%v %v %v", itemOf(a).Updated, itemOf(again).Updated, itemOf(b).Updated)
	}
	c := a.With(feeds.Facts{ID: "urn:x:y"})
	if c.ID() != "urn:x:y" || itemOf(c).ID != "urn:x:y" || a.ID() == c.ID() || c.Digest != a.Digest || itemOf(c).Title != itemOf(a).Title {
		t.Errorf("%+v", c)
	}
}

// TestDigestOfItem holds the digest to each field that an item has and will have.
func TestDigestOfItem(t *testing.T) {
	elsewhere := map[string]bool{
		".ID": true, ".Published": true, ".Updated": true, ".Tags": true, // in the front matter that TestDigest has
		".HTML": true, ".Fragments": true, // made of the text
	}
	digest := func(change func(field string, v reflect.Value)) feeds.Digest {
		var d draft
		fill(reflect.ValueOf(&d.base).Elem(), "", change)
		visible, _ := d.digests()
		return visible
	}
	var fields []string
	base := digest(func(field string, _ reflect.Value) { fields = append(fields, field) })
	for _, field := range fields {
		top, _, _ := strings.Cut(field[1:], ".")
		top, _, _ = strings.Cut(top, "[")
		if elsewhere["."+top] {
			continue
		}
		changed := digest(func(f string, v reflect.Value) {
			switch {
			case f != field:
			case v.Kind() == reflect.String:
				v.SetString("another")
			case v.CanInt():
				v.SetInt(77)
			default:
				v.Set(reflect.ValueOf(time.Unix(77, 0).UTC()))
			}
		})
		if changed == base {
			t.Errorf("%s: the same digest", field)
		}
	}
	if len(fields) < 30 {
		t.Errorf("only %d fields: %q", len(fields), fields)
	}
}

// fill makes elements below v, and has each plain value changed.
func fill(v reflect.Value, field string, change func(field string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), field, change)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), field+"[0]", change)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			change(field, v)
			return
		}
		for f, part := range v.Fields() {
			fill(part, field+"."+f.Name, change)
		}
	case reflect.Interface:
	default:
		change(field, v)
	}
}
