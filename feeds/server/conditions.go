package server

import "strings"

// namesTag reports whether an If-None-Match with these field lines names our
// tag, compared weakly (RFC 9110 §13.1.2). Entries are matched whole, never as
// substrings; ones without quotes, as some clients send them, count too.
func namesTag(lines []string, tag string) bool {
	for _, rest := range lines {
		for rest != "" {
			var got string
			got, rest = nextTag(rest)
			if got == "*" || sameTag(strings.Trim(got, `"`), tag) {
				return true
			}
		}
	}
	return false
}

// nextTag cuts the first entry off a list, without its weakness mark. A comma
// within quotes belongs to the tag (RFC 9110 §8.8.3).
func nextTag(list string) (tag, rest string) {
	list = strings.TrimLeft(list, " \t,")
	list = strings.TrimPrefix(list, "W/")
	if strings.HasPrefix(list, `"`) {
		if end := strings.IndexByte(list[1:], '"'); end >= 0 {
			return list[:end+2], list[end+2:]
		}
	}
	tag, rest, _ = strings.Cut(list, ",")
	return strings.TrimRight(tag, " \t"), rest
}

// sameTag reports whether got is tag, as it is or with the mark of a content
// coding that we or a proxy between us appended: -gzip, ;gzip, --gzip, -df.
func sameTag(got, tag string) bool {
	mark, ok := strings.CutPrefix(got, tag)
	if !ok || mark == "" {
		return ok
	}
	switch coding := strings.TrimLeft(mark, "-;"); coding {
	case "gzip", "br", "zstd", "deflate", "df":
		return len(coding) < len(mark)
	}
	return false
}

// prefersGzip chooses between gzip and no coding for these Accept-Encoding field
// lines (RFC 9110 §12.5.3). Where neither is acceptable it chooses no coding:
// a readable answer serves the client better than a refusal.
func prefersGzip(lines []string) bool {
	gzip, identity, any := unset, unset, unset
	for _, rest := range lines {
		for rest != "" {
			var element string
			element, rest, _ = strings.Cut(rest, ",")
			coding, params, _ := strings.Cut(element, ";")
			switch coding = strings.TrimSpace(coding); {
			case strings.EqualFold(coding, "gzip"), strings.EqualFold(coding, "x-gzip"):
				gzip = max(gzip, quality(params))
			case strings.EqualFold(coding, "identity"):
				identity = quality(params)
			case coding == "*":
				any = quality(params)
			}
		}
	}
	if gzip == unset {
		gzip = any
	}
	return gzip > 0 && gzip >= identity
}

const unset = -1

// quality reads the q parameter in thousandths: 1000 where there is none, 0
// where it is malformed, because a client that we misread must not get a coding
// that it cannot undo.
func quality(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			return thousandths(value)
		}
	}
	return 1000
}

func thousandths(s string) int {
	if s == "" || len(s) > 5 || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return 0
	}
	n, digit := int(s[0]-'0')*1000, 100
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n += int(s[i]-'0') * digit
		digit /= 10
	}
	if n > 1000 {
		return 0
	}
	return n
}
