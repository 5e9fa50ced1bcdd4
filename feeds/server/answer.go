package server

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
)

// request is as much of an HTTP request as an answer depends on, so that every
// front gives the same. Its strings need not outlive the answering.
type request interface {
	Method() string
	Target() string             // as in the request line: "/rss.xml?x=1"
	Host() string               // as the client names it
	Peer() netip.AddrPort       // the other end of the connection; invalid where unknown
	Agent() string              // User-Agent, its first line; may not outlive the answering
	Field(name string) []string // lines of a header field by its canonical name; nil where it is absent
}

// answer is what a front sends. Nothing of it may be changed.
type answer struct {
	*head
	body []byte // of a HEAD's answer too, which leaves it out
}

// head is a status and its header fields, all but Date, in the form that they
// are sent in. It is shared by requests and never changes.
type head struct {
	status int
	fields []field
	fast   fastHead
	wire   wireHead

	hurried atomic.Pointer[hurried]

	// stream sends what follows by and by, in place of a body, and returns when
	// that has ended. A head with one is of a single request; nil: none.
	stream func(send func([]byte) error)
}

// field is one header field by its canonical name.
type field struct {
	name  string
	lines []string
}

func newHead(status int, fields ...field) *head { return &head{status: status, fields: fields} }

func one(name, value string) field { return field{name, []string{value}} }

// fieldsOf lists h, whose values it keeps.
func fieldsOf(h http.Header) []field {
	all := make([]field, 0, len(h))
	for name, lines := range h {
		all = append(all, field{name, lines})
	}
	return all
}

// with is h with other fields for those of the same names, and with the new ones.
func (h *head) with(more ...field) *head {
	changed := newHead(h.status)
	for _, f := range h.fields {
		if !names(more, f.name) {
			changed.fields = append(changed.fields, f)
		}
	}
	changed.fields = append(changed.fields, more...)
	return changed
}

func names(fields []field, name string) bool {
	for _, f := range fields {
		if f.name == name {
			return true
		}
	}
	return false
}

var (
	nosniff = one("X-Content-Type-Options", "nosniff")
	noStore = one("Cache-Control", "no-store")
)

// brief answers in a few words that hold for this moment only.
func brief(status int, message string) answer { return text(status, message, noStore) }

func text(status int, message string, fields ...field) answer {
	return bytesAnswer(status, "text/plain; charset=utf-8", []byte(message), fields...)
}

func bytesAnswer(status int, mediaType string, body []byte, fields ...field) answer {
	all := append([]field{one("Content-Type", mediaType), one("Content-Length", strconv.Itoa(len(body))), nosniff}, fields...)
	return answer{newHead(status, all...), body}
}

// redirect leads to a path of ours. The words are for programs that do not follow.
func redirect(status int, to string, fields ...field) answer {
	return text(status, "see "+to+"\n", append([]field{one("Location", to)}, fields...)...)
}
