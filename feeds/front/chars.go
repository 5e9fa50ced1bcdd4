package front

import "strings"

// Which bytes net/http accepts in the parts of a request.
const (
	inTarget = 1 << iota
	inName
	inValue
	inHost
)

var kinds = func() (of [256]uint8) {
	for i := range of {
		c := byte(i)
		if c > ' ' && c != 0x7f {
			of[c] |= inTarget
		}
		if c >= ' ' && c != 0x7f || c == '\t' {
			of[c] |= inValue
		}
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			of[c] |= inName | inHost
		case c >= 0x80:
		default:
			if strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0 {
				of[c] |= inName
			}
			if strings.IndexByte("!$%&'()*+,-.:;=[]_~", c) >= 0 {
				of[c] |= inHost
			}
		}
	}
	return of
}()

// endOf is the end of the bytes of a kind that begin at text[at].
func endOf(text string, at int, kind uint8) int {
	for at < len(text) && kinds[text[at]]&kind != 0 {
		at++
	}
	return at
}

// isTarget reports whether a request target is a path, perhaps with a query,
// whose escapes are whole.
func isTarget(target string) bool {
	if target == "" || target[0] != '/' {
		return false
	}
	if strings.IndexByte(target, '%') < 0 {
		return true
	}
	path, _, _ := strings.Cut(target, "?")
	for {
		percent := strings.IndexByte(path, '%')
		if percent < 0 {
			return true
		}
		if len(path) < percent+3 || !isHex(path[percent+1]) || !isHex(path[percent+2]) {
			return false
		}
		path = path[percent+3:]
	}
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// trim removes spaces and tabs from both ends.
func trim(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// equalToken compares tokens, which are of ASCII, without regard to case.
func equalToken(s, token string) bool { return len(s) == len(token) && strings.EqualFold(s, token) }

// hasToken reports whether a token stands in s between spaces and commas, as
// net/http looks for it in Connection.
func hasToken(s, token string) bool {
	for at := 0; at+len(token) <= len(s); at++ {
		end := at + len(token)
		if (at == 0 || isBoundary(s[at-1])) && (end == len(s) || isBoundary(s[end])) && equalToken(s[at:end], token) {
			return true
		}
	}
	return false
}

func isBoundary(c byte) bool { return isSpace(c) || c == ',' }
