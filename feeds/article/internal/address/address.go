// Package address makes web addresses absolute, clean and comparable for the
// articles of one site.
package address

import (
	"errors"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

var (
	errURL    = errors.New("not a web address: write it as https://example.com/page, or as /page for one of the site")
	errNoSite = errors.New("a relative address, and the site's own is not known: set site.url in the settings")
)

// Site is the address that relative ones refer to. The zero Site is not known:
// relative addresses are errors. It is safe for concurrent use.
type Site struct {
	base *url.URL
	home string // host and path of base, ending in a slash; empty without one
}

// NewSite makes a Site of an absolute URL; an unusable one counts as none.
func NewSite(siteURL string) Site {
	u, err := url.Parse(siteURL)
	if err != nil || u.Host == "" {
		return Site{}
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return Site{u, u.Host + u.EscapedPath()}
}

// Page is the Site against which links on the page at an absolute URL resolve;
// the zero Site if the page has none.
func Page(pageURL string) Site {
	if u, err := url.Parse(pageURL); err == nil && u.Host != "" {
		return Site{base: u}
	}
	return Site{}
}

// Holds reports whether the page at an absolute URL is one of the site's.
func (site Site) Holds(pageURL string) bool {
	return site.base != nil && pageURL != "" && strings.HasPrefix(pageURL, site.base.String())
}

// Web returns an absolute http or https URL. A path that begins with a slash is
// the site's own: it goes below the site's base path unless it already does.
func (site Site) Web(s string) (string, error) {
	u, err := site.Any(s)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
		return "", errURL
	}
	return u, nil
}

// Any is Web for links in texts, where mailto and tel are allowed as well.
func (site Site) Any(s string) (string, error) {
	s = strings.TrimSpace(s)
	if Absolute(s) {
		return s, nil
	}
	s = lineBreaks.Replace(s)
	u, err := url.Parse(strings.ReplaceAll(s, " ", "%20"))
	if err != nil || s == "" {
		return "", errURL
	}
	switch strings.ToLower(u.Scheme) {
	case "":
		switch {
		case site.base != nil:
			u = site.relative(u)
		case u.Host == "":
			return "", errNoSite
		default:
			u.Scheme = "https"
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
	return clean(u)
}

// lineBreaks takes out what browsers do, too.
var lineBreaks = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// maxHost is more than the bytes that any host has: the coding of a name in another
// script takes time that grows with the square of its length.
const maxHost = 1 << 10

// clean returns an absolute address with a host in ASCII and everything escaped
// that must be.
func clean(u *url.URL) (string, error) {
	if len(u.Host) > maxHost {
		return "", errURL
	}
	if host := u.Hostname(); strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
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
	s := escape(u.String())
	if _, err := url.Parse(s); err != nil { // a host that only a relative address can have
		return "", errURL
	}
	return s, nil
}

// relative resolves u against the site.
func (site Site) relative(u *url.URL) *url.URL {
	base := strings.TrimSuffix(site.base.EscapedPath(), "/")
	if p := u.EscapedPath(); u.Host == "" && base != "" && path.IsAbs(p) && p != base && !strings.HasPrefix(p, base+"/") {
		below := *u
		below.Path, below.RawPath = site.base.Path+strings.TrimPrefix(u.Path, "/"), ""
		if u.RawPath != "" {
			below.RawPath = base + u.RawPath
		}
		u = &below
	}
	return site.base.ResolveReference(u)
}

// Absolute reports whether s is an absolute web address that needs no change. Web
// and Any return it as it is.
func Absolute(s string) bool {
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
		if !urlBytes[c] || c == '#' && fragment || c == '%' && !hexPair(rest[i+1:]) {
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

// plainHost reports whether rest, the part of an address behind its "//", begins
// with a host of letters, digits, dots and hyphens, and no port.
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

// urlBytes are the characters that need no percent-encoding anywhere in a URL.
var urlBytes = func() (set [256]bool) {
	for _, c := range []byte("!#$%&'()*+,-./:;=?@_~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		set[c] = true
	}
	return set
}()

func hexPair(s string) bool {
	return len(s) >= 2 && strings.IndexByte("0123456789abcdefABCDEF", s[0]) >= 0 && strings.IndexByte("0123456789abcdefABCDEF", s[1]) >= 0
}

// escape percent-encodes what net/url leaves as it is, mostly in queries.
func escape(s string) string {
	var b strings.Builder
	const hex = "0123456789ABCDEF"
	fragment := false
	host := authority(s)
	for i := range len(s) {
		c := s[i]
		if i >= host && (!urlBytes[c] || c == '%' && !hexPair(s[i+1:]) || c == '#' && fragment) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		fragment = fragment || c == '#'
		b.WriteByte(c)
	}
	return b.String()
}

// authority returns where the host and port of s end: brackets in them (IPv6) are
// not escaped.
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

// notHost reports whether browsers refuse a host with r in it, though net/url may
// not.
func notHost(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}%#/?@", r)
}

// Own returns what tells an address from others wherever the site is published:
// no scheme, and for one of the site's own pages no host and no base path.
func (site Site) Own(u string) string {
	_, rest, ok := strings.Cut(u, "://")
	if !ok || site.base == nil {
		return u
	}
	if strings.HasPrefix(rest, site.home) {
		return rest[len(site.home)-1:]
	}
	return rest
}

// Below returns the absolute URL of a path below the site's home; "" for no path
// or if the site is not known.
func (site Site) Below(p string) string {
	if site.base == nil || p == "" {
		return ""
	}
	u := *site.base
	p, u.Fragment, _ = strings.Cut(p, "#")
	p, u.RawQuery, _ = strings.Cut(p, "?")
	p = strings.TrimPrefix(p, "/")
	u.Path, u.RawPath = site.base.Path+p, ""
	if plain, err := url.PathUnescape(p); err == nil { // escaped already, as in caf%C3%A9
		u.Path, u.RawPath = site.base.Path+plain, site.base.EscapedPath()+p
	}
	return escape(u.String())
}
