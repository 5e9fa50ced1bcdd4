// Package server serves a snapshot over HTTP: every feed in three formats, a
// page for each, directories, OPML and health.
//
// A request loads the current snapshot once and answers from it alone, so it
// never waits for a rebuild and never sees half of one. Each resource is
// rendered when first asked for and then served from memory with all its
// headers ready. Nothing in a response derives from the request's host.
package server

import (
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"feedmill/feeds"
)

// Source gives the current snapshot, nil before the first scan is done. It must
// be cheap and safe for concurrent use.
type Source interface {
	Snapshot() *feeds.Snapshot
}

// Options say what a handler offers. The zero Options are usable.
type Options struct {
	// OPML writes all topics for import into a reader; nil offers no /opml.xml.
	OPML func(io.Writer, *feeds.Snapshot) error
	// Logger takes what an operator must know; nil: slog.Default.
	Logger *slog.Logger
	// Version names the program's version at the foot of pages; may be empty.
	Version string
	// Operations offers /status, /status.json and /metrics to clients on this
	// machine, and says in /readyz what is held; nil: none of that.
	Operations Operations
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

type handler struct {
	source Source
	opt    Options
	view   atomic.Pointer[view]
	past   *past
	mixes  *mixes
}

// NewHandler serves what src holds at the time of each request. The handler is
// safe for concurrent use and starts no goroutine.
func NewHandler(src Source, opt Options) http.Handler {
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if opt.PageBytes == 0 {
		opt.PageBytes = 32 << 20
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &handler{source: src, opt: opt, past: newPast(opt.Now), mixes: newMixes()}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.recover(w, r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		text(w, r, http.StatusMethodNotAllowed, noMethod)
		return
	}
	if r.URL.Path == "/healthz" {
		brief(w, r, http.StatusOK, "ok\n")
		return
	}
	if h.operate(w, r) {
		return
	}
	snap := h.source.Snapshot()
	if snap == nil {
		w.Header().Set("Retry-After", "2")
	}
	switch {
	case snap == nil, r.URL.Path == "/readyz":
		h.ready(w, r, snap)
	default:
		h.current(snap).serve(w, r)
	}
}

// current is the view of snap. A request that still holds an older snapshot may
// put its view back for a moment, which costs a rendering and nothing else.
func (h *handler) current(snap *feeds.Snapshot) *view {
	v := h.view.Load()
	if v == nil || v.snap != snap {
		v = newView(snap, h.opt)
		v.past = h.past
		v.mixes = h.mixes
		h.view.Store(v)
	}
	return v
}

func (v *view) serve(w http.ResponseWriter, r *http.Request) {
	e, redirect := v.find(r.URL.EscapedPath())
	switch {
	case redirect != "":
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.Redirect(w, r, redirect, http.StatusPermanentRedirect)
	case e == nil && v.retired(r.URL.EscapedPath()):
		v.gone(w, r)
	case e == nil:
		v.notFound(w, r)
	case leadsToPage(e.Path, r.Header):
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Vary", browserFields)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.Redirect(w, r, v.link(pageOf(e.Path)), http.StatusSeeOther)
	default:
		out, err := v.render(e)
		if err != nil {
			brief(w, r, http.StatusInternalServerError, internal)
			return
		}
		out.serve(w, r, v.opt.Now())
	}
}

// recover answers for a handler that panicked. Answers are complete before their
// first byte is sent, so the headers can still be replaced.
func (h *handler) recover(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	h.opt.Logger.Error("request panicked", "url", r.URL.Path, "err", cause, "stack", string(debug.Stack()))
	clear(w.Header())
	brief(w, r, http.StatusInternalServerError, internal)
}

// brief answers in a few words that hold for this moment only.
func brief(w http.ResponseWriter, r *http.Request, status int, message string) {
	w.Header().Set("Cache-Control", "no-store")
	text(w, r, status, message)
}

func text(w http.ResponseWriter, r *http.Request, status int, message string) {
	write(w, r, status, "text/plain; charset=utf-8", []byte(message))
}

func write(w http.ResponseWriter, r *http.Request, status int, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
