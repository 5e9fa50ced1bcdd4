package config

import (
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90d": 90 * day, "2w": 14 * day, "12h": 12 * time.Hour, "1d12h": 36 * time.Hour,
		"1w1d": 8 * day, "1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute, "500ms": 500 * time.Millisecond,
		"": -1, "5": -1, "-5d": -1, "1.5d": -1, "5 days": -1, "12h1d": -1, "40000d": -1, "99999999999h": -1, "d": -1, "1y": -1,
	} {
		got, err := parseDuration(s)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %s (%v), want %s", s, got, err, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int{
		"65536": 65536, "512 KiB": 512 << 10, "512KiB": 512 << 10, "1MB": 1e6, "1.5 MiB": 3 << 19, "10 kb": 10000, "7 B": 7,
		"": -1, "-1": -1, "1 PB": -1, "KiB": -1, "1  MB": -1, "3 GiB": -1, "1e9": -1, strings.Repeat("9", 400): -1,
	} {
		got, err := parseSize(s)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %d (%v), want %d", s, got, err, want)
		}
	}
}

func TestAbsoluteURL(t *testing.T) {
	for s, want := range map[string]string{
		"https://example.com":          "https://example.com/",
		"HTTPS://EXAMPLE.com:8443/a/b": "https://example.com:8443/a/b/",
		"http://[::1]:8080":            "http://[::1]:8080/",
		"http://[::1]/":                "http://[::1]/",
		"http://127.0.0.1:1/":          "http://127.0.0.1:1/",
		"https://bücher.example/ä b":   "https://xn--bcher-kva.example/%C3%A4%20b/",
		"https://localhost/":           "https://localhost/",
		"//example.com/":               "", "example.com": "", "https://": "", "https:///a": "", "ftp://a.example/": "",
		"https://a.example/?": "", "https://a.example/#": "", "https://a.example/?a": "", "https://u@a.example/": "",
		"https://a b.example/": "", "https://-.example/": "", "https://a.example:x/": "", "mailto:a@a.example": "",
	} {
		if got, err := AbsoluteURL(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q (%v), want %q", s, got, err, want)
		}
	}
}

func TestReference(t *testing.T) {
	const base = "https://example.com/blog/"
	l := &loader{}
	l.Site.HomeURL = base
	for s, want := range map[string]string{
		"/logo.png":                 base + "logo.png",
		"logo.png":                  base + "logo.png",
		"/":                         base,
		"a:b.png":                   "",
		"https://Cdn.example/x.png": "https://cdn.example/x.png",
		"//cdn.example/x.png":       "https://cdn.example/x.png",
		"data:image/png;base64,AA":  "",
		"javascript:alert(1)":       "",
	} {
		if got, err := l.reference(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q (%v), want %q", s, got, err, want)
		}
	}
	if got, err := new(loader).reference("/logo.png"); err == nil {
		t.Errorf("a relative address without a site is %q", got)
	}
}

func TestLanguageTag(t *testing.T) {
	for s, want := range map[string]string{
		"en_US": "en-US", "en-us": "en-US", "DE": "de", "zh-hant-tw": "zh-Hant-TW", "sr-Latn": "sr-Latn", "iw": "iw",
		"english": "", "xx-123456789": "", "und": "", "-": "",
	} {
		if got, err := languageTag(s); err != nil && want != "" || err == nil && got != want {
			t.Errorf("%q is %q (%v), want %q", s, got, err, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"lisen", "listen", 1}, {"itmes", "items", 1}, {"kitten", "sitting", 3}, {"日本", "日木", 1}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestGlobOf(t *testing.T) {
	for expr, want := range map[string]string{
		`\.foo$`: "*.foo", `draft`: "*draft*", `/drafts/`: "/**/drafts/*", `content/a\.md$`: "/**/*content/a.md", `a.*b$`: "*a*b",
		`^/x`: "", `(a|b)`: "", `[ab]`: "", `a.b`: "", `a+`: "",
	} {
		if got, _ := globOf(expr); got != want {
			t.Errorf("%q is %q, want %q", expr, got, want)
		}
	}
}

func TestTitleOf(t *testing.T) {
	for dir, want := range map[string]string{
		"/a/release-notes": "Release notes", "/a/my_blog": "My blog", "/": "Articles", "/a/été": "Été", "/a/日本": "日本", "/a/b\xff": "B",
	} {
		if got := titleOf(dir); got != want {
			t.Errorf("%q is %q, want %q", dir, got, want)
		}
	}
}
