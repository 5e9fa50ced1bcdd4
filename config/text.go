package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/language"
)

// prose is text for people: one line.
func prose(s string) (string, error) { return strings.Join(strings.Fields(s), " "), nil }

func oneOf(known ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if !slices.Contains(known, s) {
			return "", unknownValue{didYouMean(s, known)}
		}
		return s, nil
	}
}

// unknownValue is the error for a value that is none of those known.
type unknownValue struct{ hint }

func (e unknownValue) Error() string { return fmt.Sprintf("unknown value %q%s", e.name, e.hint) }

func listenAddress(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Errorf("%q is not an address with a port: write it as in 127.0.0.1:8080, or :8080 for every address of this machine", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return "", fmt.Errorf("%q is not a port: give a number from 0 to 65535", port)
	}
	if strings.ContainsFunc(host, func(r rune) bool { return unicode.IsSpace(r) || r == '/' }) {
		return "", fmt.Errorf("%q is not a host: give a name or an IP address", host)
	}
	return s, nil
}

// AbsoluteURL checks the address of a site, and brings it into the form that paths are
// joined to: absolute, with a final slash and an ASCII host in lower case.
func AbsoluteURL(s string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", fmt.Errorf(`%q is not an absolute URL: write it as in "https://example.com/"`, s)
	case u.User != nil:
		return "", errors.New("must not hold a user name or password: it is published in every feed")
	case u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.HasSuffix(s, "#"):
		return "", fmt.Errorf("%q has a query or fragment: addresses of articles are put behind it, so end it with the path", s)
	}
	if err := setASCIIHost(u); err != nil {
		return "", err
	}
	u.Path, u.RawPath = strings.TrimSuffix(path.Clean("/"+u.Path), "/")+"/", ""
	return u.String(), nil
}

func hostName(s string) (string, error) {
	host, err := asciiHost(s)
	if err != nil || !strings.Contains(host, ".") {
		return "", fmt.Errorf("%q is not the name of a host: write it as in www.youtube.com", s)
	}
	return host, nil
}

// asciiHost writes the name of a host in ASCII and lower case. That takes time by the
// square of its length.
func asciiHost(s string) (string, error) {
	if err := fits(s); err != nil {
		return "", err
	}
	return idna.Lookup.ToASCII(s)
}

// setASCIIHost writes the host of u in ASCII and lower case.
func setASCIIHost(u *url.URL) error {
	host := u.Hostname()
	if net.ParseIP(host) == nil {
		ace, err := asciiHost(host)
		if err != nil {
			return fmt.Errorf("%q is not the name of a host", host)
		}
		host = ace
	}
	u.Host = strings.TrimSuffix(net.JoinHostPort(host, u.Port()), ":") // an IPv6 address gets its brackets
	return nil
}

// reference resolves the address of a page or image against that of the site.
func (l *loader) reference(s string) (string, error) {
	base := l.Site.HomeURL
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("%q is not a URL", s)
	}
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	if !u.IsAbs() && u.Host == "" {
		if base == "" {
			return "", fmt.Errorf("%q is below the site, whose address is not known: set site.url or give an absolute URL", s)
		}
		// a path of "/logo.png" means the site's own root, wherever it is mounted
		u.Path, u.RawPath = strings.TrimPrefix(u.Path, "/"), ""
		if u.Path == "" {
			return base, nil
		}
	}
	u = b.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", fmt.Errorf("%q is not a web address: it must begin with https:// or http://", s)
	}
	if err := setASCIIHost(u); err != nil {
		return "", err
	}
	return u.String(), nil
}

// siteURL is AbsoluteURL. After a mistake another address stands in for the site's, so
// that settings that depend on it are not reported as well.
func (l *loader) siteURL(s string) (string, error) {
	u, err := AbsoluteURL(s)
	if err != nil && l.Site.HomeURL == "" {
		l.Site.HomeURL = "https://www.invalid/"
	}
	return u, err
}

// siteID refuses spaces and invisible characters, which are lost when people copy it.
func siteID(s string) (string, error) {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return "", errors.New("must not contain spaces: a host name such as www.example.com is best")
	}
	return s, nil
}

func languageTag(s string) (string, error) {
	if err := fits(s); err != nil {
		return "", err
	}
	// Raw, because "canonical" tags drop scripts and rename languages
	t, err := language.Raw.Parse(s)
	if err != nil || t == language.Und {
		return "", fmt.Errorf("%q is not a language tag: write it as in en, en-US or zh-Hant", s)
	}
	return t.String(), nil
}

func email(s string) (string, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return "", fmt.Errorf("%q is not a plain e-mail address", s)
	}
	return s, nil
}

var timeZone = kind[*time.Location]{func(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf(`%q is not a known time zone: write it as in "Europe/Berlin" or "UTC"`, name)
	}
	return zone, nil
}, (*time.Location).String}

// network is a range of IP addresses, or a single one.
var network = kind[netip.Prefix]{func(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("%q is no address or network: write it as in 127.0.0.1, 10.0.0.0/8 or fd00::/8", s)
	}
	return p.Masked(), nil
}, netip.Prefix.String}

// secret is a text that nobody may guess, and that is sent in headers and addresses.
var secret = kind[string]{func(s string) (string, error) {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return "", errors.New("must consist of ASCII letters, digits and signs, without spaces")
		}
	}
	if len(s) < 16 {
		return "", errors.New("is short enough to be guessed: give at least 16 characters")
	}
	return s, nil
}, func(s string) string {
	if s == "" {
		return ""
	}
	return "set, not shown"
}}

// stateFolder is the path of the folder that s names.
func (l *loader) stateFolder(s string) (string, error) {
	s = filepath.FromSlash(s)
	if !filepath.IsAbs(s) {
		s = filepath.Join(l.Dir, s)
	}
	if s = filepath.Clean(s); s == l.Dir {
		return "", errors.New("is the folder of articles itself: name a folder of its own, such as .feedmill")
	}
	return s, nil
}
