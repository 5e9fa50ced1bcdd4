package server

import (
	"net/http"

	"feedmill/feeds"
	"feedmill/feeds/front"
)

// Recorder counts polls. It must be safe for concurrent use.
type Recorder interface {
	// Record counts a poll. It must not wait, nor keep Agent and Tag, whose memory
	// is used again once it returns.
	Record(feeds.Poll)
}

// record has a request for a document counted, with its answer. p says what was asked
// for, by whom, and as MaxAge what a 429 asks for. out is nil where there is no such
// document.
func (v *view) record(p feeds.Poll, out *representation, r request, a front.Answer) {
	if v.opt.Recorder == nil {
		return
	}
	p.Status, p.Agent, p.Time, p.Delta = a.Status, r.agent, r.now, r.wantsDelta
	p.Conditional = r.isConditional
	if r.isGet {
		p.Sent = int64(len(a.Body))
	}
	if out != nil {
		p.Tag = out.tag
		if r.isGet {
			p.Full = int64(out.full)
		}
		if a.Status == http.StatusOK || a.Status == http.StatusNotModified {
			p.MaxAge = out.fresh
			if !out.next.IsZero() {
				p.MaxAge = min(max(out.next.Sub(r.now), 0), out.fresh)
			}
		}
	}
	v.opt.Recorder.Record(p)
}
