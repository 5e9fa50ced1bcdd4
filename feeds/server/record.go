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

// record has a poll for a document counted; wait is what a 429 asks for.
func (v *view) record(out *representation, r front.Request, a front.Answer, wait time.Duration, now time.Time) {
	if v.opt.Recorder == nil || out.Document == nil {
		return
	}
	p := v.poll(out.Document.Key, out.Document.Format, r, a, now)
	p.Tag, p.MaxAge = out.tag, wait
	if r.Method() == http.MethodGet {
		p.Full = int64(out.full)
	}
	if a.Status == http.StatusOK || a.Status == http.StatusNotModified {
		p.MaxAge = out.fresh
		if !out.next.IsZero() {
			p.MaxAge = min(max(out.next.Sub(now), 0), out.fresh)
		}
	}
	v.opt.Recorder.Record(p)
}

// recordMiss has a poll for a document counted where there is none.
func (v *view) recordMiss(path string, r front.Request, a front.Answer, now time.Time) {
	if v.opt.Recorder == nil {
		return
	}
	if k, f, ok := v.site.DocumentAt(path); ok {
		v.opt.Recorder.Record(v.poll(k, f, r, a, now))
	}
}

func (v *view) poll(k feeds.Key, f feeds.Format, r front.Request, a front.Answer, now time.Time) feeds.Poll {
	p := feeds.Poll{
		Key: k, Format: f, Status: a.Status, Agent: r.Agent(), Time: now, Delta: wantsDelta(r),
		Client: client.Address(r, v.opt.TrustedProxies), Hidden: client.IsHidden(r, v.opt.TrustedProxies),
	}
	if r.Method() == http.MethodGet {
		p.Sent = int64(len(a.Body))
	}
	p.Conditional = a.Status == http.StatusNotModified || r.Field("If-None-Match") != nil || r.Field("If-Modified-Since") != nil
	return p
}
