package server

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"unsafe"

	"github.com/valyala/fasthttp"
)

// ServeFast is Serve by fasthttp: HTTP/1.1 alone, and the same answers at less
// cost. See Serve.
func ServeFast(ctx context.Context, ln net.Listener, h *Handler, limits Limits, log *slog.Logger) error {
	limits = limits.orDefaults()
	open := newListener(ln, limits, log)
	crowd, err := newCrowd(open, h)
	if err != nil {
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	}
	f := newFast(h, limits, log)
	f.crowd = crowd
	return run(ctx, open, f)
}

type fastFront struct {
	*fasthttp.Server
	h     *Handler
	crowd *crowd   // what goes before fasthttp
	open  sync.Map // *fastConn
}

// maxBody is how much of a request's body is passed over to keep a connection.
const maxBody = 256 << 10

func newFast(h *Handler, limits Limits, log *slog.Logger) *fastFront {
	log = cmp.Or(log, slog.Default())
	f := &fastFront{h: h}
	f.Server = &fasthttp.Server{
		Handler: f.serve,
		// The body is passed over unread, so none is waited for.
		ExpectHandler:                f.expect,
		ErrorHandler:                 f.fail,
		ReadTimeout:                  limits.Header,
		WriteTimeout:                 limits.Write,
		IdleTimeout:                  limits.Idle,
		ReadBufferSize:               limits.HeaderBytes,
		MaxRequestBodySize:           maxBody,
		Concurrency:                  limits.Connections,
		ReduceMemoryUsage:            true,
		DisablePreParseMultipartForm: true,
		NoDefaultServerHeader:        true,
		NoDefaultContentType:         true,
		SecureErrorLogMessage:        true,
		ConnState: func(c net.Conn, state fasthttp.ConnState) {
			switch c := c.(*fastConn); state {
			case fasthttp.StateNew:
				f.open.Store(c, nil)
			case fasthttp.StateClosed, fasthttp.StateHijacked:
				f.open.Delete(c)
				c.leave()
			}
		},
		Logger: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return f
}

func (f *fastFront) Serve(ln net.Listener) error {
	return f.Server.Serve(fastListener{f.crowd, ln.Addr()})
}

func (f *fastFront) Shutdown(ctx context.Context) error {
	f.h.streams.end()
	f.crowd.Close()
	if err := f.ShutdownWithContext(ctx); err != nil {
		return err
	}
	return f.crowd.wait(ctx)
}

// Abort closes every connection.
func (f *fastFront) Abort() error {
	f.crowd.abort()
	f.open.Range(func(c, _ any) bool { c.(*fastConn).Close(); return true })
	return f.Server.Shutdown()
}

var http10 = []byte("HTTP/1.0")

func (f *fastFront) serve(ctx *fasthttp.RequestCtx) {
	if !bytes.HasPrefix(ctx.Request.Header.Protocol(), []byte("HTTP/1.")) {
		refuse(ctx, "505 HTTP Version Not Supported: unsupported protocol version", "")
		return
	}
	r := fastRequest{ctx}
	target := r.Target()
	if strings.IndexByte(target, '%') >= 0 || target[0] != '/' {
		if _, err := url.ParseRequestURI(target); err != nil {
			refuse(ctx, "400 Bad Request", "")
			return
		}
	}
	a := f.h.answer(r, f.h.opt.Now())
	a.fast.of(a.head).CopyTo(&ctx.Response.Header) // Date is the library's
	if !ctx.Request.Header.IsHTTP11() {
		ctx.Response.Header.SetProtocol(http10)
	}
	if a.stream != nil {
		ctx.SetBodyStreamWriter(func(w *bufio.Writer) {
			a.stream(func(b []byte) error {
				w.Write(b)
				return w.Flush() // says of both
			})
		})
		return
	}
	ctx.Response.SetBodyRaw(a.body)
}

// expect answers at once who waits for leave to send a body.
func (f *fastFront) expect(ctx *fasthttp.RequestCtx) int {
	f.serve(ctx)
	return ctx.Response.StatusCode()
}

// fail answers what is no request in the words of net/http.
func (f *fastFront) fail(ctx *fasthttp.RequestCtx, err error) {
	timeout, isTimeout := errors.AsType[net.Error](err)
	switch _, large := errors.AsType[*fasthttp.ErrSmallBuffer](err); {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		f.serve(ctx)
	case large:
		refuse(ctx, "431 Request Header Fields Too Large", "")
	case isTimeout && timeout.Timeout(), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		ctx.Conn().Close()
	case ctx.Request.Header.IsHTTP11() && strings.Contains(err.Error(), "missing required host"): // of no type of its own
		refuse(ctx, "400 Bad Request: missing required Host header", "")
	case errors.Is(err, fasthttp.ErrUnsupportedTransferEncoding):
		refuse(ctx, "501 Not Implemented", "Unsupported transfer encoding")
	default:
		refuse(ctx, "400 Bad Request", "")
	}
}

// refuse writes a status line as net/http does, with the words or else the status
// below it, and ends the connection.
func refuse(ctx *fasthttp.RequestCtx, status, words string) {
	c := ctx.Conn().(*fastConn)
	io.WriteString(c, "HTTP/1.1 "+status+"\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"+cmp.Or(words, status))
	c.linger()
	c.Close()
	ctx.SetConnectionClose()
}

// fastHead is a head in fasthttp's form, made when it is first sent.
type fastHead struct {
	once   sync.Once
	header fasthttp.ResponseHeader
}

func (f *fastHead) of(h *head) *fasthttp.ResponseHeader {
	f.once.Do(func() {
		f.header.SetNoDefaultContentType(true)
		f.header.SetStatusCode(h.status)
		for _, field := range h.fields {
			for _, line := range field.lines {
				f.header.Add(field.name, line)
			}
		}
	})
	return &f.header
}

// fastRequest is a request of fasthttp, whose memory is used again: its strings
// are copies.
type fastRequest struct{ *fasthttp.RequestCtx }

func (r fastRequest) Target() string { return string(r.Request.Header.RequestURI()) }
func (r fastRequest) Host() string   { return string(r.Request.Header.Host()) }

func (r fastRequest) Method() string {
	switch {
	case r.IsGet():
		return http.MethodGet
	case r.IsHead():
		return http.MethodHead
	}
	return string(r.RequestCtx.Method())
}

// Agent is no copy: it goes with every poll.
func (r fastRequest) Agent() string {
	b := r.Request.Header.UserAgent()
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (r fastRequest) Peer() netip.AddrPort {
	peer, ok := r.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	return peer.AddrPort()
}

func (r fastRequest) Field(name string) []string {
	lines := r.Request.Header.PeekAll(name)
	if len(lines) == 0 {
		return nil
	}
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = string(l)
	}
	return all
}
