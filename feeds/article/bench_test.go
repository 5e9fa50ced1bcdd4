package article

import (
	"os"
	"strings"
	"testing"

	"feedmill/feeds"
)

// BenchmarkParse reads articles as they come: one in the form that nearly all
// have, with what the scanner declines, and without any schema.
func BenchmarkParse(b *testing.B) {
	typical, err := os.ReadFile("testdata/articles/typical.md")
	if err != nil {
		b.Fatal(err)
	}
	opt := Options{SiteURL: "https://example.org/", Folders: []feeds.Folder{{Link: "/:year/:title/"}}}
	for _, c := range []struct{ name, src string }{
		{"typical", string(typical)},
		{"fallback", strings.Replace(string(typical), "category: news", "category: !!str news", 1)},
		{"blog", "---\ntitle: How we moved a crane\ndate: 2024-05-06 18:30:00 +0200\ntags: [cranes, harbour, Old Pier]\ncategories: yard\ndraft: false\n---\n" + strings.Repeat("We moved it by hand, *slowly*.\n", 100)},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, src := NewParser(opt), []byte(c.src)
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				if _, err := p.Parse("2024-05-06-a.md", src); err != nil {
					b.Fatal(err)
				}
			}
		})
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
				a.Item(b.Context())
			}
		})
	}
}

// TestParseAllocations bounds what reading an article of the usual form costs.
func TestParseAllocations(t *testing.T) {
	src, err := os.ReadFile("testdata/articles/typical.md")
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(Options{SiteURL: "https://example.org/"})
	n := testing.AllocsPerRun(100, func() {
		if _, err := p.Parse("typical.md", src); err != nil {
			t.Fatal(err)
		}
	})
	if n > 50 { // some more where the race detector empties pools
		t.Errorf("%v allocations", n)
	}
}
