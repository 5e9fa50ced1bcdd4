package article

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"feedmill/feeds/internal/feedtest"
)

// What reading an article may cost: bytes allocated for each byte of the file, and of
// its record. Nearly all is for errors in YAML, for whose places yaml.v3 reads a part of
// the front matter up to 17 times.
const (
	costPerByte   = 4000
	costAtAll     = 1 << 20
	recordPerByte = 10
	recordAtAll   = 8 << 10
)

// cost returns how many bytes are allocated to read an article, and the size of its
// record in the article cache; 0 if it is unusable.
func cost(t testing.TB, p *Parser, name string, src []byte) (allocated, record int) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := p.Parse(name, src)
	runtime.ReadMemStats(&after)
	if err == nil {
		record = len(a.loaded().append(a.AppendMetadata(nil), asIs))
		if n := len(a.Warnings()); n > maxWarnings+2 { // of a byte that is not UTF-8, and of the number of others
			t.Errorf("%d warnings", n)
		}
	} else if len(err.Error()) > 10_000 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
	return int(after.TotalAlloc - before.TotalAlloc), record
}

// checkCost fails if more is allocated, or the record is larger, than the size of the
// file allows.
func checkCost(t testing.TB, size, allocated, record int) {
	t.Helper()
	if most := costAtAll + size*costPerByte; allocated > most {
		t.Errorf("%d bytes allocated to read %d: more than %d", allocated, size, most)
	}
	if most := recordAtAll + size*recordPerByte; record > most {
		t.Errorf("a record of %d bytes of a file of %d: more than %d", record, size, most)
	}
}

var costParsers = map[string]*Parser{
	"plain":  NewParser(Options{SiteID: "e", SiteURL: "https://example.org/base/"}),
	"Jekyll": NewParser(Options{SiteID: "e", SiteURL: "https://example.org/", Jekyll: true}),
	"Hugo":   NewParser(Options{SiteID: "e", SiteURL: "https://example.org/", Hugo: true}),
}

// TestFrontMatterCost grows hostile front matter: what is allocated grows at most in
// proportion.
func TestFrontMatterCost(t *testing.T) {
	feedtest.SkipUnderRace(t)
	for _, s := range feedtest.FrontMatterShapes() {
		t.Run(s.Name, func(t *testing.T) {
			before, sizeBefore := 0, 0
			for _, size := range []int{16 << 10, 64 << 10, 256 << 10} {
				src := s.Make(size)
				if len(src) > size*5/4 || len(src) < size/2 {
					t.Fatalf("%d bytes instead of about %d", len(src), size)
				}
				allocated, record := cost(t, costParsers["plain"], "a"+s.Ext, src)
				checkCost(t, len(src), allocated, record)
				if times := float64(len(src)) / float64(sizeBefore); before > 0 && float64(allocated) > 1.5*times*float64(before)+costAtAll {
					t.Errorf("%d bytes are allocated for a file of %d, and %d for one of %d", before, sizeBefore, allocated, len(src))
				}
				before, sizeBefore = allocated, len(src)
			}
			for _, site := range []string{"Jekyll", "Hugo"} {
				src := s.Make(64 << 10)
				allocated, record := cost(t, costParsers[site], "a"+s.Ext, src)
				checkCost(t, len(src), allocated, record)
			}
		})
	}
}

// FuzzFrontMatterCost looks for front matter that costs more than its size allows, by
// repeating parts of it.
func FuzzFrontMatterCost(f *testing.F) {
	feedtest.SkipUnderRace(f)
	for _, s := range []struct{ head, part, other string }{
		{"", "- ", ""}, {"a: ", "[0#,", "!t # c\n"}, {"--- ", "#0\n- ", "@&a "}, {"&a \n", "a:\na:\n", "\\"}, {"a: &a x\nb: ", "[*a,", "]"},
		{"a: &a {b: c}\nb: {<<: [", "*a,", "]}\n"}, {"", "[[a.b]]\na.b=1\n", ""}, {"a = ", "{a=", "}"}, {"", "a.", "=1"}, {"\"a\":", "{\"a\":1},", ":"},
		{"images: [", "{url: a", "}, "}, {"title: ", "&amp;", "<b>"}, {"permalink: ", ":title", "/"}, {"", "- &a ", "*a "},
	} {
		f.Add(s.head, s.part, s.other, uint8(0))
		f.Add(s.head, s.part, s.other, uint8(1))
		f.Add(s.head, s.part, s.other, uint8(2))
	}
	f.Fuzz(func(t *testing.T, head, part, other string, language uint8) {
		if len(head)+len(part)+len(other) > 200 || part == "" {
			return
		}
		fences := [][2]string{{"---\n", "\n---\n"}, {"+++\n", "\n+++\n"}, {"{", "}\n"}}[language%3]
		for _, room := range []int{8 << 10, 63 << 10} {
			var b bytes.Buffer
			b.WriteString(fences[0] + head)
			b.WriteString(strings.Repeat(part, room/2/len(part)))
			if other != "" {
				b.WriteString(strings.Repeat(other, room/2/len(other)))
			}
			b.WriteString(fences[1])
			allocated, record := cost(t, costParsers["plain"], "a.md", b.Bytes())
			checkCost(t, b.Len(), allocated, record)
		}
	})
}
