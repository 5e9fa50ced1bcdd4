package article

import (
	"os"
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	src, err := os.ReadFile("testdata/articles/seed.md")
	if err != nil {
		b.Fatal(err)
	}
	p := NewParser(Options{SiteURL: "https://example.org/", Folders: []Folder{{Link: "/:year/:title/"}}})
	b.ReportAllocs()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := p.Parse("seed.md", src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkItem(b *testing.B) {
	read := func(name string) string {
		src, err := os.ReadFile("testdata/articles/" + name)
		if err != nil {
			b.Fatal(err)
		}
		return string(src)
	}
	paragraph := "Some *words* with a [link](/there), `code` and more of the same text.\n\n"
	for _, c := range []struct{ name, file, src string }{
		{"seed", "seed.md", read("seed.md")},
		{"long", "long.md", "---\ntitle: Long\n---\n" + strings.Repeat(paragraph, 500)},
		{"newsletter", "newsletter.html", read("newsletter.html")},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := parse(b, Options{SiteURL: "https://example.org/"}, c.file, c.src)
			b.ReportAllocs()
			b.SetBytes(int64(len(c.src)))
			for b.Loop() {
				a.Item()
			}
		})
	}
}
