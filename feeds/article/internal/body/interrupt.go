package body

import (
	"context"
	"io"
	"strings"

	"github.com/yuin/goldmark/text"
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

// markdownSource is a text.Reader that stops goldmark when the context has ended.
type markdownSource struct {
	text.Reader
	*steps
}

// PeekLine is what goldmark calls for each block of each line, and more often.
func (m markdownSource) PeekLine() ([]byte, text.Segment) {
	m.step()
	return m.Reader.PeekLine()
}

// output collects what is written, by any of the interfaces that writers of HTML know.
// It stops the work when the context has ended. It never fails.
type output struct {
	*steps
	text strings.Builder
}

var _ io.StringWriter = (*output)(nil)

func newOutput(ctx context.Context) *output { return &output{steps: &steps{ctx: ctx}} }

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.step()
	return o.text.Write(p)
}

// WriteString implements io.StringWriter.
func (o *output) WriteString(s string) (int, error) {
	o.step()
	return o.text.WriteString(s)
}

// WriteByte implements io.ByteWriter.
func (o *output) WriteByte(c byte) error { return o.text.WriteByte(c) }

// WriteRune writes one character.
func (o *output) WriteRune(r rune) (int, error) { return o.text.WriteRune(r) }

// Available, Buffered and Flush make goldmark take o as it is, without a buffer before it.
func (o *output) Available() int { return 1 << 20 }

// Buffered is always 0: what is written is written.
func (o *output) Buffered() int { return 0 }

// Flush does nothing.
func (o *output) Flush() error { return nil }
