package server

import (
	"net/http"
	"strings"
	"time"

	"feedmill/feeds"
)

// Recorder counts polls. It must be safe for concurrent use.
type Recorder interface {
	// Record counts a poll. It must not wait, nor keep Agent and Tag, whose memory
	// is used again once it returns.
	Record(feeds.Poll)
}

// polledDocument is what a rendition is of.
type polledDocument struct {
	key    feeds.Key
	format feeds.Format
	full   int64 // bytes, in no coding
}

// record tells of an answer with a document; wait is what a 429 asks for.
func (v *view) record(out *rendition, r request, a answer, wait time.Duration, now time.Time) {
	if v.opt.Recorder == nil || out.document == nil {
		return
	}
	p := v.poll(out.document.key, out.document.format, r, a, now)
	p.Tag, p.MaxAge = out.tag, wait
	if r.Method() == http.MethodGet {
		p.Full = out.document.full
	}
	if a.status == http.StatusOK || a.status == http.StatusNotModified {
		p.MaxAge = out.shelfLife(now)
	}
	v.opt.Recorder.Record(p)
}

// recordMiss tells of an answer without one, if a document was asked for.
func (v *view) recordMiss(path string, r request, a answer, now time.Time) {
	if v.opt.Recorder == nil {
		return
	}
	if below, kept := strings.CutPrefix(path, v.base); kept {
		path = "/" + below
	}
	if k, f, ok := documentAt(path); ok {
		v.opt.Recorder.Record(v.poll(k, f, r, a, now))
	}
}

func (v *view) poll(k feeds.Key, f feeds.Format, r request, a answer, now time.Time) feeds.Poll {
	p := feeds.Poll{Key: k, Format: f, Status: a.status, Agent: r.Agent(), Client: poller(r, v.opt.TrustedProxies), Time: now, Delta: wantsDelta(r)}
	if r.Method() == http.MethodGet {
		p.Sent = int64(len(a.body))
	}
	if v.hidden != nil && isHidden(r, v.opt.TrustedProxies) {
		v.hidden.Add(1)
	}
	p.Conditional = a.status == http.StatusNotModified || r.Field("If-None-Match") != nil || r.Field("If-Modified-Since") != nil
	return p
}

// shelfLife is for how long a copy may be used.
func (out *rendition) shelfLife(now time.Time) time.Duration {
	if out.next.IsZero() {
		return out.fresh
	}
	return min(max(out.next.Sub(now), 0), out.fresh)
}

// documentAt is the feed and format that an escaped path names, of a feed that
// need not exist.
func documentAt(path string) (k feeds.Key, f feeds.Format, ok bool) {
	if f, ok = format(path[strings.LastIndexByte(path, '/')+1:]); !ok {
		return k, f, false
	}
	if periodIn(path) != "" {
		folder, _, _ := strings.Cut(path, "/archive/")
		path = folder + "/" + f.Filename()
	}
	if k, _, ok = split(path); !ok && (strings.HasPrefix(path, "/mix/") || strings.Contains(path, "/top/")) {
		k, ok = feeds.Key{Kind: feeds.Composed}, true
	}
	return k, f, ok
}
