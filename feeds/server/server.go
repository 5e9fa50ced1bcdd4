// Package server is how HTTP answers for a site: conditional requests, content
// codings, deltas, redirects, streams of new items, limits for clients that ask
// too much. What is at an address is for package site to say, and package front
// has the sockets.
//
// A request loads the current snapshot once and is answered from that alone: it
// never waits for a rebuild and never sees half of one. Each resource is rendered
// when first asked for, then served from memory with all its headers ready, as
// long as there is room for it. Nothing in an answer derives from the request's
// host.
//
// The way of a request: [Handler.Ready], and where that has nothing in memory
// [Handler.Answer], [site.Site.Find] and view.representation; then view.reply,
// representation.answer and view.record.
package server

import (
	"io"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/internal/client"
	"feedmill/feeds/site"
)

// Source gives the current snapshot, nil before the first scan is done. It must
// be cheap and safe for concurrent use.
type Source interface {
	Snapshot() *document.Snapshot
}

// Operator answers requests that only the operator may make. It must be safe for
// concurrent use.
type Operator interface {
	// Answer answers a GET or HEAD of path, which is /status, /status.json or
	// /metrics.
	Answer(r front.Request, path string, now time.Time) front.Answer
	// Held says in a line what is held back from readers; empty for nothing.
	Held() string
}

// Options say what a handler offers. The zero Options are usable.
type Options struct {
	// OPML writes all topics for import into a reader; nil offers no /opml.xml.
	OPML func(io.Writer, *document.Snapshot) error
	// Logger takes what goes wrong; nil: slog.Default.
	Logger *slog.Logger
	// Version names the program's version at the foot of pages; may be empty.
	Version string
	// Operator answers for /status, /status.json and /metrics; nil: there is nothing.
	Operator Operator
	// ShowDocuments shows browsers that open a document's address the document
	// itself, and not its page.
	ShowDocuments bool
	// Recorder counts polls; nil: nobody does.
	Recorder Recorder
	// TrustedProxies are those whose word on who the client is counts.
	TrustedProxies []netip.Prefix
}

// Handler answers requests for what a Source holds at the time of each. It is a
// [front.Handler], safe for concurrent use, and starts no goroutine.
type Handler struct {
	source  Source
	opt     Options
	view    atomic.Pointer[view]
	former  *former // of the feeds of the site
	repeats *repeats
	streams *streams

	formerMixes *former      // of composed feeds
	memory      atomic.Int64 // limit of the snapshot's cache, of which both have their shares
}

// NewHandler serves what src holds.
func NewHandler(src Source, opt Options) *Handler {
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	const usual = 256 << 20
	h := &Handler{source: src, opt: opt, former: newFormer(usual), formerMixes: newFormer(usual / mixesShare), repeats: newRepeats()}
	h.memory.Store(usual)
	h.streams = newStreams(h)
	return h
}

// Quarters says how many quarters of all places that clients compete for may go to
// what comes from an address: all 4 to a trusted proxy, 3 to this machine, and
// one to any other.
func (h *Handler) Quarters(peer netip.Addr) int {
	return client.Quarters(peer, h.opt.TrustedProxies)
}

// Stop implements [front.Handler].
func (h *Handler) Stop() { h.streams.end() }

// viewOf is the view of snap. A request that still holds an older snapshot may
// put its view back for a moment, which costs a rendering and nothing else.
func (h *Handler) viewOf(snap *document.Snapshot) *view {
	v := h.view.Load()
	if v != nil && v.snap == snap {
		return v
	}
	s := site.New(snap, site.Options{OPML: h.opt.OPML, Version: h.opt.Version, Live: true})
	v = &view{Handler: h, snap: snap, site: s, base: s.Base()}
	h.shareMemory(snap.Cache)
	if old := h.view.Swap(v); old != nil {
		old.forget()
	}
	return v
}

// shareMemory has what is remembered for deltas, which outlives snapshots and their
// caches, take its share of the limit of the current one.
func (h *Handler) shareMemory(c *document.Cache) {
	limit := c.Limit()
	if limit == 0 {
		return
	}
	if h.memory.Swap(int64(limit)) != int64(limit) {
		h.former.cache.Resize(limit)
		h.formerMixes.cache.Resize(limit / mixesShare)
	}
	c.Reserve(limit/deltasShare + limit/deltasShare/mixesShare)
}

// What is remembered for deltas takes 1/deltasShare of the cache's limit, and a
// mixesShare of that once more for composed feeds.
const (
	deltasShare = 16
	mixesShare  = 4
)
