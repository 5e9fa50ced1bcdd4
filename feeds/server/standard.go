package server

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

type standardFront struct {
	*http.Server
	abort func()
}

func (f *standardFront) Abort() error {
	f.abort()
	return f.Close()
}

// newStandard answers by net/http. The contexts of requests end with ctx.
func newStandard(ctx context.Context, h http.Handler, limits Limits, log *slog.Logger) *http.Server {
	log = cmp.Or(log, slog.Default())
	s := &http.Server{
		Handler:                      h,
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            limits.Header,
		ReadTimeout:                  limits.Read,
		WriteTimeout:                 limits.Write,
		IdleTimeout:                  limits.Idle,
		MaxHeaderBytes:               limits.HeaderBytes,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnContext:                  func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ConnState:                    whenClosed,
		Protocols:                    new(http.Protocols),
	}
	if h, ok := h.(*Handler); ok {
		s.RegisterOnShutdown(h.streams.end)
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}

func whenClosed(c net.Conn, state http.ConnState) {
	if c, ok := c.(*conn); ok && (state == http.StateClosed || state == http.StateHijacked) {
		c.leave()
	}
}

type connKey struct{}

// sent has an answer sent as it lies there, if r takes it so, in place of what
// net/http is to be told: a status without fields and body.
func (h *Handler) sent(w http.ResponseWriter, r *http.Request, a answer, now time.Time) bool {
	if r.ProtoMajor != 1 || r.ProtoMinor != 1 || r.Method != http.MethodGet || r.Body != http.NoBody || r.Close || a.stream != nil {
		return false
	}
	c, ok := r.Context().Value(connKey{}).(*conn)
	if !ok {
		return false
	}
	c.answer(a, h.date.second(now).field)
	w.WriteHeader(http.StatusNotModified)
	return true
}

// ServeHTTP is the front of net/http.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.opt.Now()
	a := h.answer(standardRequest{r}, now)
	if h.sent(w, r, a, now) {
		return
	}
	header := w.Header()
	for _, f := range a.fields {
		header[f.name] = f.lines
	}
	header["Date"] = h.date.at(now)
	if a.stream != nil {
		w.WriteHeader(a.status)
		a.stream(func(b []byte) error {
			if _, err := w.Write(b); err != nil {
				return err
			}
			return http.NewResponseController(w).Flush()
		})
		return
	}
	if len(a.body) == 0 || r.Method == http.MethodHead {
		w.WriteHeader(a.status)
		return
	}
	w.WriteHeader(a.status)
	w.Write(a.body) // an error means that the client has gone
}

// standardRequest is a request of net/http.
type standardRequest struct{ *http.Request }

func (r standardRequest) Method() string { return r.Request.Method }
func (r standardRequest) Host() string   { return r.Request.Host }
func (r standardRequest) Agent() string  { return first(r.Header["User-Agent"]) }

func (r standardRequest) Target() string {
	if r.RequestURI == "" { // made by hand
		return r.URL.EscapedPath()
	}
	return r.RequestURI
}

func (r standardRequest) Peer() netip.AddrPort {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	return peer
}

func (r standardRequest) Field(name string) []string { return r.Header[name] }
