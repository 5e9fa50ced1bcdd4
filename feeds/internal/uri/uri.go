// Package uri escapes addresses as RFC 3986 requires, because some readers reject
// what browsers accept: "https://bücher.example/a b" becomes
// "https://xn--bcher-kva.example/a%20b".
package uri

import (
	"strings"

	"golang.org/x/net/idna"
)

// Escape returns s in ASCII: the host name in punycode, and every other character
// percent-encoded that RFC 3986 does not allow in its place. An address that is
// valid, with or without escapes, is returned unchanged, without an allocation.
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

// authority returns where "host:port" starts and ends in s.
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

// firstWrong returns the index of the first byte that is not allowed in its place, or
// len(s). Square brackets are allowed only between host and rest.
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

// allowed are the characters that are allowed in any component: those of RFC 3986
// §2.2 and §2.3 without square brackets.
var allowed = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@!$&'()*+,;=") {
		set[c] = true
	}
	return set
}()
