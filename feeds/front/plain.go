package front

import (
	"net/http"
	"net/netip"
	"strings"
	"unsafe"
)

// plainRequest is a request that a loop answers: a GET or HEAD in HTTP/1.1 or 1.0
// without a body. net/http reads the same from the same bytes. Its strings lie in
// the bytes that it was read from.
type plainRequest struct {
	form
	target, host string
	peer         netip.AddrPort
	fields       []plainField
	lines        []string // that Field has returned
	hosts        int      // how many Host fields there were
	connections  int      // how many Connection fields
	lengths      int      // how many Content-Length fields
}

// form is what the form of an answer depends on.
type form struct {
	isHead    bool // there is no body
	isOld     bool // HTTP/1.0
	closes    bool // the connection ends with the answer
	keepAlive bool // the answer says so: in HTTP/1.0, a connection ends unless both sides say so
}

type plainField struct{ name, value string }

// shape says what was found at the beginning of some bytes.
type shape int

const (
	incomplete shape = iota // what may become a plain request
	plain                   // a plain request
	odd                     // anything else; net/http has to look at it
)

// read reads the head of a request at the beginning of b, and returns its length
// if it is plain. If it is incomplete, read returns how much of it, in whole lines,
// has been found right; that length is given as checked when more bytes are there.
func (r *plainRequest) read(b []byte, checked int) (int, shape) {
	text := unsafe.String(unsafe.SliceData(b), len(b))
	*r = plainRequest{fields: r.fields[:0], lines: r.lines[:0], peer: r.peer}
	at, found := checked, plain
	if checked == 0 {
		if at, found = r.readFirstLine(text); found != plain {
			return 0, found
		}
	}
	for {
		if end, ok := lineEnd(text, at); ok {
			if checked > 0 {
				return r.read(b, 0) // now that it is whole
			}
			return end, r.whole()
		}
		next, found := r.readField(text, at)
		if found != plain {
			return at, found
		}
		at = next
	}
}

// readFirstLine reads the request line and returns where the next line begins.
func (r *plainRequest) readFirstLine(text string) (int, shape) {
	at := len("GET ")
	if !strings.HasPrefix(text, "GET ") {
		if at, r.isHead = len("HEAD "), true; !strings.HasPrefix(text, "HEAD ") {
			return 0, oddUnlessIn(text, "GET ", "HEAD ")
		}
	}
	end := endOf(text, at, inTarget)
	if end == len(text) {
		return 0, incomplete
	}
	r.target = text[at:end]
	const version = " HTTP/1.1"
	rest := text[end:]
	if len(rest) < len(version) {
		return 0, oddUnlessIn(rest, version, " HTTP/1.0")
	}
	switch rest[:len(version)] {
	case version:
	case " HTTP/1.0":
		r.isOld = true
	default:
		return 0, odd
	}
	if !isTarget(r.target) {
		return 0, odd
	}
	return endLine(text, end+len(version))
}

// oddUnlessIn is incomplete if text is the beginning of one of the words, else odd.
func oddUnlessIn(text string, words ...string) shape {
	for _, w := range words {
		if strings.HasPrefix(w, text) {
			return incomplete
		}
	}
	return odd
}

// endLine returns where the line after a line end at text[at] begins.
func endLine(text string, at int) (int, shape) {
	if end, ok := lineEnd(text, at); ok {
		return end, plain
	}
	return 0, oddUnlessIn(text[at:], "\r\n")
}

// lineEnd reports whether a line end is at text[at], and where it ends. A line
// feed alone will do (RFC 9112 §2.2).
func lineEnd(text string, at int) (int, bool) {
	switch {
	case at < len(text) && text[at] == '\n':
		return at + 1, true
	case at+1 < len(text) && text[at] == '\r' && text[at+1] == '\n':
		return at + 2, true
	}
	return at, false
}

// readField reads a header field and returns where the next line begins.
func (r *plainRequest) readField(text string, at int) (int, shape) {
	colon := endOf(text, at, inName)
	if colon == len(text) {
		return 0, incomplete
	}
	if colon == at || text[colon] != ':' {
		if text[at] == '\r' {
			return endLine(text, at)
		}
		return 0, odd
	}
	end := endOf(text, colon+1, inValue)
	if end == len(text) {
		return 0, incomplete
	}
	next, found := endLine(text, end)
	if found == plain && !r.add(text[at:colon], trim(text[colon+1:end])) {
		return 0, odd
	}
	return next, found
}

// add keeps a field, unless it says that the request is not plain.
func (r *plainRequest) add(name, value string) bool {
	switch len(name) {
	case len("Host"):
		if strings.EqualFold(name, "Host") {
			r.host = value
			r.hosts++
			return r.hosts == 1 && endOf(value, 0, inHost) == len(value)
		}
	case len("Connection"):
		if strings.EqualFold(name, "Connection") {
			r.connect(value)
		}
	case len("Expect"), len("Upgrade"), len("Transfer-Encoding"):
		for _, other := range [...]string{"Expect", "Upgrade", "Transfer-Encoding"} {
			if strings.EqualFold(name, other) {
				return false
			}
		}
	case len("Content-Length"):
		if strings.EqualFold(name, "Content-Length") {
			r.lengths++
			if r.lengths > 1 || value == "" || strings.Trim(value, "0") != "" {
				return false
			}
		}
	}
	r.fields = append(r.fields, plainField{name, value})
	return true
}

// connect takes in a Connection field. net/http looks into the first one more
// closely.
func (r *plainRequest) connect(value string) {
	r.connections++
	if equalToken(value, "keep-alive") && r.connections == 1 {
		r.keepAlive = true
		return
	}
	if r.connections == 1 {
		r.keepAlive, r.closes = hasToken(value, "keep-alive"), hasToken(value, "close")
	}
	for element := range strings.SplitSeq(value, ",") {
		r.closes = r.closes || equalToken(trim(element), "close")
	}
}

// whole is called when the end of the head has been found.
func (r *plainRequest) whole() shape {
	if r.hosts == 0 && !r.isOld {
		return odd
	}
	if r.isOld {
		r.closes = !r.keepAlive
	}
	r.keepAlive = r.keepAlive && r.isOld
	return plain
}

func (r *plainRequest) Method() string {
	if r.isHead {
		return http.MethodHead
	}
	return http.MethodGet
}

func (r *plainRequest) Target() string       { return r.target }
func (r *plainRequest) Host() string         { return r.host }
func (r *plainRequest) Peer() netip.AddrPort { return r.peer }

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
