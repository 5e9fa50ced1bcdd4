package front

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// newHTTP is the server of net/http. The contexts of its requests end with ctx.
func (s *server) newHTTP(ctx context.Context) *http.Server {
	h := &http.Server{
		Handler:                      adapter{s.h, s.time, &makers{s.places, make(chan struct{}, makersOfHTTP)}},
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            s.limits.Header,
		ReadTimeout:                  s.limits.Read,
		WriteTimeout:                 s.limits.Write,
		IdleTimeout:                  s.limits.Idle,
		MaxHeaderBytes:               s.limits.HeaderBytes,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if state == http.StateClosed || state == http.StateHijacked {
				c.(*httpConn).leave()
			}
		},
		Protocols: new(http.Protocols),
	}
	h.Protocols.SetHTTP1(true)
	h.Protocols.SetUnencryptedHTTP2(true)
	return h
}

// connKey is the key under which a request's context has its connection, an *httpConn.
type connKey struct{}

// httpConn is a connection that net/http serves.
type httpConn struct {
	net.Conn
	unread []byte // what a loop has read of it
	handed bool   // by a loop
	from   *network
	leave  func() // called when net/http has ended with it
}

// Read gives what a loop has read before anything else.
func (c *httpConn) Read(p []byte) (int, error) {
	if len(c.unread) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.unread)
	if c.unread = c.unread[n:]; len(c.unread) == 0 {
		c.unread = nil
	}
	return n, nil
}

// CloseWrite tells the client that no more will come. net/http calls it where
// the client may still be sending.
func (c *httpConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// HTTPHandler returns h as a handler of net/http that answers as [Serve] does. now
// is the clock.
func HTTPHandler(h Handler, now func() time.Time) http.Handler { return adapter{h, now, nil} }

type adapter struct {
	h      Handler
	now    func() time.Time
	makers *makers // nil: there is no limit
}

func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	left := make(chan struct{})
	answer := a.answer(httpRequest{r, left})
	header := w.Header()
	header["Content-Type"] = nil // net/http guesses one where there is none at all
	for _, f := range answer.Fields {
		header[f.Name] = f.Lines
	}
	if r.ProtoMajor == 1 && !r.Close && (answer.Stream != nil || !isPlain(r)) {
		header["Connection"] = []string{"close"}
	}
	if answer.Stream != nil {
		w.WriteHeader(answer.Status)
		if r.Method != http.MethodHead {
			stream(w, r, answer, left)
		}
		return
	}
	if hasContent(answer.Status) {
		header["Content-Length"] = []string{strconv.Itoa(len(answer.Body))}
	}
	w.WriteHeader(answer.Status)
	if r.Method != http.MethodHead && hasContent(answer.Status) {
		w.Write(answer.Body) // an error means that the client has gone
	}
}

// isPlain reports whether a loop would have answered r. The connection of any
// other request ends with its answer: a proxy that keeps a pool of connections
// then opens the next one, which begins on a loop, and so the pool stays there.
func isPlain(r *http.Request) bool {
	if c, ok := r.Context().Value(connKey{}).(*httpConn); ok && c.handed || r.ProtoMinor > 1 {
		return false
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.ContentLength != 0 || r.TransferEncoding != nil {
		return false
	}
	return r.Header["Expect"] == nil && r.Header["Upgrade"] == nil && len(r.RequestURI) > 0 && r.RequestURI[0] == '/'
}

// hasContent reports whether an answer of this status has content (RFC 9110 §6.4.1).
func hasContent(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// httpRequest is a request of net/http.
type httpRequest struct {
	*http.Request
	left chan struct{}
}

// Left implements [Leaver].
func (r httpRequest) Left() <-chan struct{} { return r.left }

func (r httpRequest) Method() string { return r.Request.Method }
func (r httpRequest) Host() string   { return r.Request.Host }

func (r httpRequest) Target() string {
	if r.RequestURI == "" { // made by hand
		return r.URL.RequestURI()
	}
	return r.RequestURI
}

func (r httpRequest) Peer() netip.AddrPort {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	return netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
}

func (r httpRequest) Field(name string) []string { return r.Header[name] }
