package front

import (
	"net/netip"
	"time"
)

// Handler decides what is answered. Its methods are called from many goroutines
// at once. They get the time, because a loop asks for it once for many requests.
type Handler interface {
	// Ready answers a GET or HEAD at once, if all of the answer is in memory. It is
	// called on a loop, which many connections share: it must not render, compress,
	// read a file, or wait for a lock that is held for longer than moments. The
	// answer counts with [Done] alone. What Ready gets of r holds until it returns.
	Ready(r Request, now time.Time) (Answer, Verdict)
	// Answer answers any request, and may take its time. What it gets of r holds
	// until it returns.
	Answer(r Request, now time.Time) Answer
	// Stop ends all streams, and those that are still to begin. It is called once
	// when serving ends.
	Stop()
}

// Verdict says what is to be done about a request.
type Verdict int

const (
	Make     Verdict = iota // call Answer, which does not stream
	Done                    // send what Ready has returned
	HandOver                // net/http has to answer, because the answer is a stream
)

// Request is as much of an HTTP request as an answer may depend on.
type Request interface {
	Method() string
	Target() string             // as in the request line: "/rss.xml?x=1"
	Host() string               // as the client names it
	Peer() netip.AddrPort       // the other end of the connection; invalid where unknown
	Field(name string) []string // lines of a header field by its canonical name; nil where it is absent
}
