package address

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzResolve holds that an address is absolute and clean, or an error, and
// that a second pass changes nothing.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{"/a b?c d#e#f", "//x/y", "HTTP://É.example/", "http://[::1]:80/a[b]", "mailto:a@b?subject=%zz", "java\nscript:x", "?q", "#f", "https:\\\\e", "http://a%b", "http://a/%2f%", "tel:+1", "../..", "http://ex ample", "https://u:p@h:99/"} {
		f.Add(s)
	}
	site := NewSite("https://example.org/base")
	f.Fuzz(func(t *testing.T, s string) {
		if u, err := url.Parse(s); Absolute(s) && (err != nil || u.Hostname() == "" || strings.ContainsFunc(u.Host, notHost)) {
			t.Errorf("%q needs no change, and %v, %v", s, u, err)
		}
		u, err := site.Any(s)
		if err != nil {
			return
		}
		parsed, err := url.Parse(u)
		if err != nil || !slices.Contains([]string{"http", "https", "mailto", "tel"}, parsed.Scheme) || parsed.Host+parsed.Opaque+parsed.RawQuery == "" {
			t.Errorf("address %q: %v", u, err)
		}
		if i := strings.IndexFunc(u, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^{|}`+"`", r) }); i >= 0 {
			t.Errorf("address %q holds %q", u, u[i])
		}
		if again, err := site.Any(u); err != nil || again != u {
			t.Errorf("%q gives %q gives %q, %v", s, u, again, err)
		}
	})
}
