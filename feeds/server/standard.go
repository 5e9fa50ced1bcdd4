package server

import (
	"net/http"
	"net/netip"
)

// ServeHTTP is the front of net/http.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.opt.Now()
	a := h.answer(standardRequest{r}, now)
	header := w.Header()
	for _, f := range a.fields {
		header[f.name] = f.lines
	}
	header["Date"] = h.date.at(now)
	if len(a.body) == 0 || r.Method == http.MethodHead {
		w.WriteHeader(a.status)
		return
	}
	joinWrites(r, len(a.body))
	w.WriteHeader(a.status)
	w.Write(a.body) // an error means that the client has gone
}

// standardRequest is a request of net/http.
type standardRequest struct{ *http.Request }

func (r standardRequest) Method() string { return r.Request.Method }
func (r standardRequest) Host() string   { return r.Request.Host }

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
