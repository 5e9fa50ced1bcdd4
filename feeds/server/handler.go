// Package server serves a snapshot over HTTP: every feed in three formats, pages
// with search and news as they come, directories, OPML, health, and figures for
// the operator.
//
// A request loads the current snapshot once and answers from it alone, so it
// never waits for a rebuild and never sees half of one. Each resource is
// rendered when first asked for and then served with all its headers ready, from
// memory as long as its bytes have room there. Nothing in a response derives from the request's host.
//
// What is answered is decided in one place, [Handler], for two fronts: net/http
// and fasthttp. Before the second, on Linux, goes a loop that answers plain polls
// of what is in memory by itself: a goroutine for each connection costs more in
// wake-ups than the answer does.
package server

import (
	"hash/maphash"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"feedmill/feeds/document"
)

// Source gives the current snapshot, nil before the first scan is done. It must
// be cheap and safe for concurrent use.
type Source interface {
	Snapshot() *document.Snapshot
}

// Options say what a handler offers. The zero Options are usable.
type Options struct {
	// OPML writes all topics for import into a reader; nil offers no /opml.xml.
	OPML func(io.Writer, *document.Snapshot) error
	// Logger takes what an operator must know; nil: slog.Default.
	Logger *slog.Logger
	// Version names the program's version at the foot of pages; may be empty.
	Version string
	// Operations offers /status, /status.json and /metrics to the operator, and says
	// in /readyz what is held; nil: none of that.
	Operations Operations
	// ShowDocuments shows browsers that open a document's address the document
	// itself, and not its page.
	ShowDocuments bool
	// StatusToken is asked of whoever wants these; empty: they are for clients on
	// this machine.
	StatusToken string
	// StatusKey is as good, also where no token is set; empty: there is none.
	StatusKey string
	// Figures are shown by /status; nil: none.
	Figures Figures
	// Collectors are shown by /metrics beside what the handler knows.
	Collectors []prometheus.Collector
	// Recorder is told of who polls; nil: nobody is.
	Recorder Recorder
	// TrustedProxies are those whose word on who the client is counts.
	TrustedProxies []netip.Prefix
	// PageBytes bounds the memory kept in rendered pages; zero: 32 MiB.
	PageBytes int
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

const (
	startingUp = "not ready: first scan is running\n"
	noMethod   = "only GET and HEAD are allowed here\n"
	internal   = "internal error\n"
)

// Handler answers requests for what a Source holds at the time of each. It is
// safe for concurrent use and starts no goroutine.
type Handler struct {
	source    Source
	opt       Options
	view      atomic.Pointer[view]
	past      *past
	pastMixes *past
	date      date

	metrics meters
	repeats *repeats
	streams *streams
	hidden  atomic.Int64
}

// NewHandler serves what src holds.
func NewHandler(src Source, opt Options) *Handler {
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if opt.PageBytes == 0 {
		opt.PageBytes = 32 << 20
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	h := &Handler{source: src, opt: opt, past: newPast(opt.Now, pastSize), pastMixes: newPast(opt.Now, mixesShare), repeats: &repeats{seed: maphash.MakeSeed()}}
	h.streams = newStreams(h)
	h.metrics = newMeters(h)
	return h
}

// answer is what r gets at the time now.
func (h *Handler) answer(r request, now time.Time) (a answer) {
	path := targetPath(r.Target())
	defer func() {
		if cause := recover(); cause != nil {
			h.opt.Logger.Error("request panicked", "url", path, "err", cause, "stack", string(debug.Stack()))
			a = brief(http.StatusInternalServerError, internal)
		}
	}()
	if m := r.Method(); m != http.MethodGet && m != http.MethodHead {
		return text(http.StatusMethodNotAllowed, noMethod, one("Allow", "GET, HEAD"))
	}
	switch path {
	case "/healthz":
		return brief(http.StatusOK, "ok\n")
	case "/status", "/status.json", "/metrics":
		if h.opt.Operations != nil {
			return h.operate(r, path, now)
		}
	}
	snap := h.source.Snapshot()
	if snap == nil || path == "/readyz" {
		return h.ready(snap)
	}
	return h.current(snap).answer(r, path, now)
}

// current is the view of snap. A request that still holds an older snapshot may
// put its view back for a moment, which costs a rendering and nothing else.
func (h *Handler) current(snap *document.Snapshot) *view {
	v := h.view.Load()
	if v == nil || v.snap != snap {
		v = newView(snap, h.opt)
		v.past, v.pastMixes = h.past, h.pastMixes
		v.repeats = h.repeats
		v.streams = h.streams
		v.hidden = &h.hidden
		h.view.Store(v)
	}
	return v
}

func (v *view) answer(r request, path string, now time.Time) answer {
	if e := v.rendered(path); e != nil {
		return v.answerOf(e, r, now)
	}
	path = canonicalEscapes(strings.Clone(path))
	if a, ok := v.asked(r, path, now); ok {
		return a
	}
	e, to := v.find(path)
	if e == nil {
		a := v.nowhere(r, path, to)
		v.recordMiss(path, r, a, now)
		return a
	}
	if _, err := v.render(e); err != nil {
		return brief(http.StatusInternalServerError, internal)
	}
	return v.answerOf(e, r, now)
}

// nowhere answers for a path at which nothing is; to is where to go instead, empty
// for nowhere.
func (v *view) nowhere(r request, path, to string) answer {
	switch {
	case to != "":
		return redirect(redirectStatus(path, to), to, one("Cache-Control", "public, max-age=3600"))
	case v.retired(path):
		return v.gone(r)
	}
	return v.notFound(r, path)
}

// answerOf answers with a resource that has been rendered.
func (v *view) answerOf(e *entry, r request, now time.Time) answer {
	a, wait := v.reply(e, r, now)
	v.record(e.out, r, a, wait, now)
	return a
}

func (v *view) reply(e *entry, r request, now time.Time) (a answer, wait time.Duration) {
	shows := e.page != "" && isNavigation(r)
	if shows && !v.opt.ShowDocuments && !isFromHere(r) {
		return redirect(http.StatusSeeOther, v.link(e.page), noStore, one("Vary", browserFields)), 0
	}
	if wait := v.wait(e, r, now); wait > 0 {
		return tooMany(wait), wait
	}
	a, err := e.out.answer(r, now)
	if err != nil {
		v.opt.Logger.Error("not rendered", "url", e.Path, "err", err)
		return brief(http.StatusInternalServerError, internal), 0
	}
	if shows {
		a.head = shown(a.head, e.MediaType)
	}
	return a, 0
}
