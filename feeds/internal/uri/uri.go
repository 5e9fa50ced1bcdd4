// Package uri writes addresses the way RFC 3986 spells them, so that strict
// readers accept what browsers forgive: "https://bücher.example/a b" becomes
// "https://xn--bcher-kva.example/a%20b".
package uri

import (
	"strings"

	"golang.org/x/net/idna"
)

// Escape returns s in ASCII: a host name in punycode, every other character
// that RFC 3986 does not allow where it stands percent-encoded. What is already
// right, escapes included, comes back as it is and without allocating.
func Escape(s string) string {
	s = strings.TrimSpace(s)
	host, rest := authority(s)
	if firstWrong(s, host, rest) == len(s) {
		return s
	}
	s = s[:host] + asciiHost(s[host:rest]) + s[rest:]
	host, rest = authority(s)
	var b strings.Builder
	for done := 0; ; {
		wrong := firstWrong(s[done:], host-done, rest-done) + done
		b.WriteString(s[done:wrong])
		if wrong == len(s) {
			return b.String()
		}
		b.WriteString(percent(s[wrong]))
		done = wrong + 1
	}
}

// authority is where the "host:port" of s begins and ends.
func authority(s string) (start, end int) {
	i := strings.Index(s, "://")
	if i < 0 {
		return 0, 0
	}
	start = i + len("://")
	if n := strings.IndexAny(s[start:], "/?#"); n >= 0 {
		return start, start + n
	}
	return start, len(s)
}

func asciiHost(authority string) string {
	at := strings.LastIndexByte(authority, '@') + 1
	host, port := authority[at:], ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host, port = host[:i], host[i:]
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	return authority[:at] + host + port
}

// firstWrong is the index of the first byte that must not stand there, or len(s).
// Square brackets may stand only between host and rest.
func firstWrong(s string, host, rest int) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return i
			}
		case c == '[', c == ']':
			if i < host || i >= rest {
				return i
			}
		case !allowed[c]:
			return i
		}
	}
	return len(s)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func percent(c byte) string {
	const hex = "0123456789ABCDEF"
	return string([]byte{'%', hex[c>>4], hex[c&15]})
}

// allowed are the reserved and unreserved characters of RFC 3986 §2.2 and §2.3
// that may stand in any component.
var allowed = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@!$&'()*+,;=") {
		set[c] = true
	}
	return set
}()
