package feeds

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Joe Biden": "joe-biden", "  joe   BIDEN ": "joe-biden", "日本語": "日本語", "C": "c", "C++": "c-plus-plus", "C#": "c-sharp",
		".NET": "dot-net", "ASP.NET": "asp-net", "R&D": "r-and-d", "Élan vital": "élan-vital", "E\u0301lan vital": "élan-vital",
		"Ελλάδα": "ελλάδα", "straße": "strasse", "don't": "dont", "a/b": "a-b", "../..": "x-2e-2e-2f-2e-2e", "!": "x-21", "": "x",
		"हिन्दी": "हिन्दी", "5G": "5g", "100%": "100-percent", "Model-driven apps": "model-driven-apps", "🚀": "x-1f680", "🏳️‍🌈 family": "family", "é\ufe0f": "é",
	} {
		if got := Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFoldOfEveryLetterIsStable(t *testing.T) {
	for r := range rune(0x20000) { // beyond are ideographs, which fold to themselves
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hangul, r) {
			continue
		}
		for _, name := range []string{string(r), "a" + string(r), "\xf4" + string(r), string(r) + "\u0345"} {
			if once := Fold(name); Fold(once) != once || Slug(once) != Slug(name) {
				t.Fatalf("Fold(%q) = %q, its fold %q; slugs %q and %q", name, once, Fold(once), Slug(name), Slug(once))
			}
		}
	}
}

func TestSlugIsBounded(t *testing.T) {
	for _, name := range []string{strings.Repeat("word ", 100), strings.Repeat("日本", 100), strings.Repeat("!", 1000)} {
		if s := Slug(name); len(s) > maxSlug || len(s) < 20 || strings.HasSuffix(s, "-") || !utf8.ValidString(s) {
			t.Errorf("Slug of %d bytes is %q", len(name), s)
		}
	}
}

func TestSlugsTellNamesApart(t *testing.T) {
	a := Slugs([]string{"c#", "c sharp", "c-sharp"}, false)
	b := Slugs([]string{"c-sharp", "c#", "c sharp"}, false)
	seen := map[string]bool{}
	for fold, slug := range a {
		if b[fold] != slug {
			t.Errorf("order matters: %q is %q and %q", fold, slug, b[fold])
		}
		if seen[slug] || !strings.HasPrefix(slug, "c-sharp") {
			t.Errorf("%q: slug %q is taken or strange", fold, slug)
		}
		seen[slug] = true
	}
	if a["c sharp"] != "c-sharp" {
		t.Errorf("the exact spelling lost its slug: %v", a)
	}
	if s := Slugs([]string{"c sharp"}, true)["c sharp"]; s == "c-sharp" || !strings.HasPrefix(s, "c-sharp-") {
		t.Errorf("a taken slug is given away: %q", s)
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("C++")
	f.Add("\xff\x00/..")
	f.Add("Joe Biden")
	f.Add(" A  B\t")
	f.Add("\xf4ϔ")
	f.Add("'A' .NET, C# & don't-2.x...'s")
	f.Fuzz(func(t *testing.T, name string) {
		if Fold(name) != foldAny(name) {
			t.Errorf("Fold(%q) = %q, as any name %q", name, Fold(name), foldAny(name))
		}
		s := Slug(name)
		if s == "" || strings.ContainsAny(s, "/?#%\\ .") {
			t.Errorf("Slug(%q) = %q", name, s)
		}
		if again := Slug("  " + Fold(name) + "\t"); again != s {
			t.Errorf("Slug(%q) = %q, its fold gives %q", name, s, again)
		}
	})
}

func TestID(t *testing.T) {
	if ID("a", "bc") == ID("ab", "c") || ID("a") == ID("b") || ID("a") != ID([]string{"a"}...) {
		t.Error("ids collide or wander")
	}
	if id := ID("example.org", "path", "2021/é.md"); id != "urn:uuid:24969818-bf39-50cb-b209-4ceae68c9400" {
		t.Errorf("ID = %q: subscribers know the article by another", id)
	}
	if id := ID("a"); !IsURI(id) || len(id) != 45 {
		t.Errorf("ID = %q", id)
	}
	for s, want := range map[string]bool{"https://a/b": true, "tag:a,2020:b": true, "urn:x:y": true, "42": false, "/x": false, "a b:c": false, "x:": false, "http://": false, "ü:x": false} {
		if IsURI(s) != want {
			t.Errorf("IsURI(%q) = %v", s, !want)
		}
	}
}

func TestXMLText(t *testing.T) {
	for in, want := range map[string]string{"a\x00b\x0bc": "abc", "tab\tnl\n": "tab\tnl\n", "\xff": "\uFFFD", "a\uFFFEb\uFFFF": "ab", "a\x7fb\u0080c\u0085\u009f\u00a0": "abc\u00a0",
		"\uFDD0\uFDCF\U0001FFFE\U0010FFFF": "\uFDCF", "😀é": "😀é", "\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD"} {
		if got := XMLText(in); got != want {
			t.Errorf("XMLText(%q) = %q, want %q", in, got, want)
		}
	}
	clean := strings.Repeat("clean é ", 100)
	if n := testing.AllocsPerRun(10, func() { XMLText(clean) }); n != 0 {
		t.Errorf("%v allocations for clean text", n)
	}
}

// BenchmarkSlugText is what a search costs for each title.
func BenchmarkSlugText(b *testing.B) {
	for b.Loop() {
		SlugText("What came of the harbour's new crane, & who paid")
	}
}
