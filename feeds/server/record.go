package server

import (
	"net/http"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/front"
	"feedmill/feeds/internal/client"
)

// Recorder counts polls. It must be safe for concurrent use.
type Recorder interface {
	// Record counts a poll. It must not wait, nor keep Agent and Tag, whose memory
	// is used again once it returns.
	Record(feeds.Poll)
}

// record has a request for a document counted, with its answer. out is nil where
// there is no such document; wait is what a 429 asks for.
func (v *view) record(k feeds.Key, f feeds.Format, out *representation, r front.Request, a front.Answer, wait time.Duration, now time.Time) {
	if v.opt.Recorder == nil {
		return
	}
	p := feeds.Poll{Key: k, Format: f, Status: a.Status, MaxAge: wait, Agent: r.Agent(), Time: now, Delta: wantsDelta(r)}
	p.Client, p.Hidden = client.Address(r, v.opt.TrustedProxies)
	p.Conditional = a.Status == http.StatusNotModified || r.Field("If-None-Match") != nil || r.Field("If-Modified-Since") != nil
	isGet := r.Method() == http.MethodGet
	if isGet {
		p.Sent = int64(len(a.Body))
	}
	if out != nil {
		p.Tag = out.tag
		if isGet {
			p.Full = int64(out.full)
		}
		if a.Status == http.StatusOK || a.Status == http.StatusNotModified {
			p.MaxAge = out.fresh
			if !out.next.IsZero() {
				p.MaxAge = min(max(out.next.Sub(now), 0), out.fresh)
			}
		}
	}
	v.opt.Recorder.Record(p)
}
