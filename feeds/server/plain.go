package server

import (
	"net/netip"
	"strings"
	"unsafe"
)

// plainRequest is a GET in the form that nearly all have: HTTP/1.1, no body, no
// escapes, nothing that needs thought. Its strings lie in the bytes that it was
// read from.
type plainRequest struct {
	target, host string
	peer         netip.AddrPort
	fields       []plainField
	lines        []string // that Field has returned
}

type plainField struct{ name, value string }

// plainFields is how many header fields a plain request has at most.
const plainFields = 64

// read takes a request off the beginning of b and returns its length; zero at the
// least doubt, and where the end is missing. What it takes, net/http and fasthttp
// understand the same.
func (r *plainRequest) read(b []byte) int {
	text := unsafe.String(unsafe.SliceData(b), len(b))
	*r = plainRequest{fields: r.fields[:0], lines: r.lines[:0], peer: r.peer}
	if !strings.HasPrefix(text, "GET /") {
		return 0
	}
	end := endOf(text, len("GET "), inTarget)
	r.target = text[len("GET "):end]
	const version = " HTTP/1.1\r\n"
	if !strings.HasPrefix(text[end:], version) {
		return 0
	}
	for at := end + len(version); len(r.fields) < plainFields; {
		if strings.HasPrefix(text[at:], "\r\n") {
			if r.host == "" {
				return 0
			}
			return at + 2
		}
		colon := endOf(text, at, inName)
		if colon == at || colon == len(text) || text[colon] != ':' {
			return 0
		}
		end := endOf(text, colon+1, inValue)
		if !strings.HasPrefix(text[end:], "\r\n") || !r.add(text[at:colon], strings.Trim(text[colon+1:end], " \t")) {
			return 0
		}
		at = end + 2
	}
	return 0
}

// add keeps a field, unless it says that the request is not plain.
func (r *plainRequest) add(name, value string) bool {
	switch len(name) {
	case len("Host"):
		if strings.EqualFold(name, "Host") {
			if r.host != "" || value == "" || endOf(value, 0, inHost) < len(value) {
				return false
			}
			r.host = value
			return true
		}
	case len("Connection"):
		if strings.EqualFold(name, "Connection") && !strings.EqualFold(value, "keep-alive") {
			return false
		}
	case len("Expect"), len("Upgrade"), len("Content-Length"), len("Transfer-Encoding"):
		for _, doubtful := range [...]string{"Expect", "Upgrade", "Trailer", "Content-Length", "HTTP2-Settings", "Transfer-Encoding"} {
			if strings.EqualFold(name, doubtful) {
				return false
			}
		}
	}
	r.fields = append(r.fields, plainField{name, value})
	return true
}

func (r *plainRequest) Method() string       { return "GET" }
func (r *plainRequest) Target() string       { return r.target }
func (r *plainRequest) Host() string         { return r.host }
func (r *plainRequest) Peer() netip.AddrPort { return r.peer }

func (r *plainRequest) Agent() string {
	for _, f := range r.fields {
		if len(f.name) == len("User-Agent") && strings.EqualFold(f.name, "User-Agent") {
			return f.value
		}
	}
	return ""
}

func (r *plainRequest) Field(name string) []string {
	before := len(r.lines)
	for _, f := range r.fields {
		if len(f.name) == len(name) && strings.EqualFold(f.name, name) {
			r.lines = append(r.lines, f.value)
		}
	}
	if len(r.lines) == before {
		return nil
	}
	return r.lines[before:len(r.lines):len(r.lines)]
}

// Which bytes a part of a plain request is made of: fewer than RFC 9110 and RFC
// 3986 allow.
const (
	inTarget = 1 << iota
	inName
	inValue
	inHost
)

var plainBytes = func() (of [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '.':
			of[c] = inTarget | inName | inValue | inHost
		case c == '_':
			of[c] = inTarget | inName | inValue
		case c == ':':
			of[c] = inTarget | inValue | inHost
		case strings.IndexByte("/~?=&,+@!*;", byte(c)) >= 0:
			of[c] = inTarget | inValue
		case c >= ' ' && c <= '~', c == '\t':
			of[c] = inValue
		}
	}
	return of
}()

// endOf is the end of the bytes of a kind that begin at text[at].
func endOf(text string, at int, kind uint8) int {
	for at < len(text) && plainBytes[text[at]]&kind != 0 {
		at++
	}
	return at
}
