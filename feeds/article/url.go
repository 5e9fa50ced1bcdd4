package article

import (
	"errors"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

var (
	errURL    = errors.New("not a web address: write it as https://example.com/page, or as /page for one of the site")
	errNoSite = errors.New("a relative address, and the site's own is not known: set site.url in the settings")
)

// resolver makes addresses absolute against a site.
type resolver struct {
	site *url.URL
	home string // host and path of site, ending in a slash; empty without one
}

// web returns an absolute http or https URL. A path that begins with a slash is
// the site's own: it goes below the site's base path unless it already does.
func (r resolver) web(s string) (string, error) {
	u, err := r.any(s)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
		return "", errURL
	}
	return u, nil
}

// any is web for links inside content, where mailto and tel are fine as well.
func (r resolver) any(s string) (string, error) {
	s = strings.TrimSpace(s)
	if plain(s) {
		return s, nil
	}
	s = strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(s)
	u, err := url.Parse(strings.ReplaceAll(s, " ", "%20"))
	if err != nil || s == "" {
		return "", errURL
	}
	switch strings.ToLower(u.Scheme) {
	case "":
		switch {
		case r.site != nil:
			u = r.relative(u)
		case u.Host != "":
			u.Scheme = "https"
		default:
			return "", errNoSite
		}
	case "http", "https":
		if u.Host == "" {
			return "", errURL
		}
	case "mailto", "tel":
		if u.Opaque == "" && u.RawQuery == "" {
			return "", errURL
		}
		return escape(u.String()), nil
	default:
		return "", errURL
	}
	if host := u.Hostname(); !ascii(host) {
		ace, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", errURL
		}
		u.Host = strings.Replace(u.Host, host, ace, 1)
	}
	if u.Hostname() == "" || strings.ContainsFunc(u.Host, notHost) {
		return "", errURL
	}
	u.Scheme = strings.ToLower(u.Scheme)
	s = escape(u.String())
	if _, err := url.Parse(s); err != nil { // a host that only a relative address can have
		return "", errURL
	}
	return s, nil
}

func (r resolver) relative(u *url.URL) *url.URL {
	base := strings.TrimSuffix(r.site.EscapedPath(), "/")
	if p := u.EscapedPath(); u.Host == "" && base != "" && path.IsAbs(p) && p != base && !strings.HasPrefix(p, base+"/") {
		below := *u
		below.Path, below.RawPath = r.site.Path+strings.TrimPrefix(u.Path, "/"), ""
		if u.RawPath != "" {
			below.RawPath = base + u.RawPath
		}
		u = &below
	}
	return r.site.ResolveReference(u)
}

// plain reports whether s is an absolute web address that needs no change: it
// is then kept to the letter.
func plain(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	if rest == "" || strings.IndexByte("/?#@:[", rest[0]) >= 0 {
		return false
	}
	fragment := false
	for i := range len(rest) {
		c := rest[i]
		if !urlByte(c) || c == '#' && fragment || c == '%' && !hexPair(rest[i+1:]) {
			return false
		}
		fragment = fragment || c == '#'
	}
	if plainHost(rest) {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && !strings.ContainsFunc(u.Host, notHost)
}

// plainHost reports whether rest, what follows the slashes of an address, begins
// with a host without a port that needs no parser.
func plainHost(rest string) bool {
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-':
		default:
			return i > 0 && (c == '/' || c == '?' || c == '#')
		}
	}
	return rest != ""
}

func urlByte(c byte) bool { return urlBytes[c] }

var urlBytes = bytesOf("!#$%&'()*+,-./:;=?@_~", false)

func hexPair(s string) bool {
	return len(s) >= 2 && strings.IndexByte("0123456789abcdefABCDEF", s[0]) >= 0 && strings.IndexByte("0123456789abcdefABCDEF", s[1]) >= 0
}

// escape percent-encodes what net/url leaves as it was, in queries above all.
func escape(s string) string {
	var b strings.Builder
	const hex = "0123456789ABCDEF"
	fragment := false
	host := authority(s)
	for i := range len(s) {
		c := s[i]
		if i >= host && (!urlByte(c) || c == '%' && !hexPair(s[i+1:]) || c == '#' && fragment) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		fragment = fragment || c == '#'
		b.WriteByte(c)
	}
	return b.String()
}

// authority is the length of s up to the end of its host and port, whose
// brackets (IPv6) stay.
func authority(s string) int {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return 0
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return len(s) - len(rest) + i
	}
	return len(s)
}

// notHost reports what net/url lets pass in a host and browsers do not.
func notHost(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}%#/?@", r)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
