package body

import (
	"context"
	"io"
	"strings"
)

// stopped is what this package panics with, and recovers, to leave code of others that
// knows no context and heeds no error.
type stopped struct{ err error }

// stoppable runs f and returns the error it was stopped with; nil if it came to its end.
func stoppable(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stopped:
			err = r.err
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// steps stops what calls step once the context has ended.
type steps struct {
	ctx context.Context
	n   uint
}

// step is called once for each small piece of work. It asks the context now and then.
func (s *steps) step() {
	if s.n++; s.n%256 == 0 {
		s.check()
	}
}

// check stops the work if the context has ended.
func (s *steps) check() {
	if s.ctx.Err() != nil {
		panic(stopped{context.Cause(s.ctx)})
	}
}

// source gives a text to a parser, which reads as much of it at once as it has room
// for: about as much as what it is to understand next.
type source struct {
	*steps
	rest strings.Reader
}

func newSource(ctx context.Context, text string) *source {
	s := &source{steps: &steps{ctx: ctx}}
	s.rest.Reset(text)
	return s
}

// Read implements io.Reader. It stops the work when the context has ended.
func (s *source) Read(p []byte) (int, error) {
	s.check()
	return s.rest.Read(p)
}

// output collects what is written, by any of the interfaces that writers of HTML know.
// It stops the work when the context has ended, or with a Limit when there is no room for
// more. It never fails.
type output struct {
	*steps
	text strings.Builder
	room int // how many bytes can still be written
}

var _ io.StringWriter = (*output)(nil)

// newOutput makes an output that takes as much as a text of a size may become.
func newOutput(ctx context.Context, size int) *output {
	return &output{steps: &steps{ctx: ctx}, room: maxGrowth*size + freeGrowth}
}

// What a text becomes has at most maxGrowth bytes for each of its own, and freeGrowth.
const maxGrowth, freeGrowth = 16, 256 << 10

// take makes room for n bytes.
func (o *output) take(n int) {
	o.step()
	if o.room -= n; o.room < 0 {
		panic(stopped{exceeds(-1, "the text would become more than %d times as long as it is written", maxGrowth)})
	}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.take(len(p))
	return o.text.Write(p)
}

// WriteString implements io.StringWriter.
func (o *output) WriteString(s string) (int, error) {
	o.take(len(s))
	return o.text.WriteString(s)
}

// WriteByte implements io.ByteWriter.
func (o *output) WriteByte(c byte) error {
	o.take(1)
	return o.text.WriteByte(c)
}

// WriteRune writes one character.
func (o *output) WriteRune(r rune) (int, error) { return o.WriteString(string(r)) }

// Available, Buffered and Flush make goldmark take o as it is, without a buffer before it.
func (o *output) Available() int { return 1 << 20 }

// Buffered is always 0: what is written is written.
func (o *output) Buffered() int { return 0 }

// Flush does nothing.
func (o *output) Flush() error { return nil }
