package server

import (
	"cmp"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/internal/client"
	"feedmill/feeds/site"
)

// request is a request with what of it is asked for several times.
type request struct {
	front.Request
	now           time.Time
	path, query   string // of the target: the path escaped as it came
	isGet         bool   // else HEAD
	isConditional bool   // it names what the client has
	wantsDelta    bool
	agent         string // first line of User-Agent
}

// newRequest parts the request target (RFC 9112 §3.2). The path of a target in
// absolute form is what follows the host, and an asterisk stays one.
func newRequest(r front.Request, now time.Time) request {
	out := request{Request: r, now: now, isGet: r.Method() == http.MethodGet}
	out.isConditional = r.Field("If-None-Match") != nil || r.Field("If-Modified-Since") != nil
	if lines := r.Field("User-Agent"); lines != nil {
		out.agent = lines[0]
	}
	if lines := r.Field("A-Im"); lines != nil {
		out.wantsDelta = wantsDelta(lines, out.agent)
	}
	target := r.Target()
	if strings.HasPrefix(target, "/") {
		out.path, out.query, _ = strings.Cut(target, "?")
	} else if u, err := url.ParseRequestURI(target); err == nil {
		out.path, out.query = cmp.Or(u.EscapedPath(), "/"), u.RawQuery
	} else {
		out.path = target
	}
	return out
}

// Ready implements [front.Handler]: it answers with what is in memory. Composed feeds
// are never ready, because one can change without a new snapshot.
func (h *Handler) Ready(asked front.Request, now time.Time) (a front.Answer, verdict front.Verdict) {
	r := newRequest(asked, now)
	if strings.HasSuffix(r.path, "/events") {
		return a, front.HandOver
	}
	if r.path == "/healthz" { // does not wait until answers for others are made
		return healthy, front.Done
	}
	defer func() {
		if recover() != nil {
			verdict = front.Make // Answer then logs why
		}
	}()
	v := h.view.Load()
	if v == nil || v.snap != h.source.Snapshot() {
		return a, front.Make
	}
	found, ok := v.entries.Load(r.path)
	if base := v.base; !ok && len(base) > 1 && strings.HasPrefix(r.path, base) {
		found, ok = v.entries.Load(r.path[len(base)-1:]) // the proxy in front has kept the folder
	}
	if !ok || found.(*entry).Composed != nil {
		return a, front.Make
	}
	e := found.(*entry)
	e.Use()
	if out := e.made.Load(); out != nil {
		if a, ok := v.reply(out, r, true); ok {
			return a, front.Done
		}
	}
	return a, front.Make
}

// Answer implements [front.Handler]: it finds, renders and answers.
func (h *Handler) Answer(asked front.Request, now time.Time) (a front.Answer) {
	r := newRequest(asked, now)
	defer func() {
		if cause := recover(); cause != nil {
			h.opt.Logger.Error("request panicked", "url", r.path, "err", cause, "stack", string(debug.Stack()))
			a = internalError
		}
	}()
	if !r.isGet && r.Method() != http.MethodHead {
		return text(http.StatusMethodNotAllowed, "only GET and HEAD are allowed here\n", front.One("Allow", "GET, HEAD"))
	}
	switch r.path {
	case "/healthz":
		return healthy
	case "/status", "/status.json", "/metrics":
		if h.opt.Operator != nil {
			return h.opt.Operator.Answer(asked, r.path, now)
		}
	}
	snap := h.source.Snapshot()
	if snap == nil || r.path == "/readyz" {
		return h.readiness(snap)
	}
	if a, verdict := h.Ready(asked, now); verdict == front.Done {
		return a
	}
	v := h.viewOf(snap)
	found := v.site.Find(strings.Clone(r.path), strings.Clone(r.query))
	resource, ok := found.(*site.Resource)
	if !ok {
		a = v.answerOther(found, r)
		if k, f, ok := v.site.DocumentAt(r.path); ok {
			from := client.Of(r.Request, v.opt.TrustedProxies, false)
			v.record(feeds.Poll{Key: k, Format: f, Client: from.Addr, Hidden: from.Hidden}, nil, r, a)
		}
		return a
	}
	out, err := v.representation(resource, now)
	if err != nil {
		return internalError
	}
	a, _ = v.reply(out, r, false)
	return a
}

// reply answers with a representation, and has a poll counted. If all must be ready
// and something has to be made first, it does nothing, and ok is false.
func (v *view) reply(out *representation, r request, mustBeReady bool) (a front.Answer, ok bool) {
	if out.Document == nil {
		a, ok, _ = out.answer(r, mustBeReady) // all that can fail is making a document
		return a, ok
	}
	var wait time.Duration
	from := client.Of(r.Request, v.opt.TrustedProxies, r.isGet && !r.isConditional)
	// A browser asks for what it is about to show as the page itself (Fetch Metadata
	// §2.1). It gets the page with the same articles, unless a link on the site's own
	// pages has led it to the document.
	shown := strings.Join(r.Field("Sec-Fetch-Dest"), ",") == "document"
	if shown && !v.opt.ShowDocuments && strings.Join(r.Field("Sec-Fetch-Site"), ",") != "same-origin" {
		a = redirect(http.StatusSeeOther, out.Page, noStore, front.One("Vary", browserFields))
	} else {
		var err error
		if a, ok, err = out.answer(r, mustBeReady); mustBeReady && !ok {
			return a, false
		}
		if from.Network.IsValid() { // it fetches the whole document
			wait = v.repeats.count(from.Network, out, r.now)
		}
		if wait > 0 {
			a = tooMany(wait)
		} else if err != nil {
			v.opt.Logger.Error("not rendered", "url", out.Path, "err", err)
			a = internalError
		} else if shown {
			a.Head = shownAs(a.Head, out.MediaType)
		}
	}
	v.record(feeds.Poll{Key: out.Document.Key, Format: out.Document.Format, MaxAge: wait, Client: from.Addr, Hidden: from.Hidden}, out, r, a)
	return a, true
}

// answerOther answers what Find has found, if that is no resource.
func (v *view) answerOther(found site.Found, r request) front.Answer {
	switch found := found.(type) {
	case site.Moved:
		status := http.StatusTemporaryRedirect
		if found.ForGood {
			status = http.StatusPermanentRedirect
		}
		return redirect(status, found.To, front.One("Cache-Control", "public, max-age=3600"))
	case site.Entered:
		return redirect(http.StatusSeeOther, found.To, front.One("Cache-Control", "no-cache"))
	case site.News:
		return v.news(found, r)
	case site.Ended:
		// RFC 9110 §15.5.11: so that readers stop asking. The feed may come back, hence no
		// cache keeps the answer for long.
		return v.missing(r, http.StatusGone, front.One("Cache-Control", "public, max-age=3600"), "Nothing is published here any more", "There was a feed at this address, and it has ended.")
	}
	return v.missing(r, http.StatusNotFound, front.One("Cache-Control", "no-cache"), "There is no such page", found.(site.Nothing).Explanation)
}

// missing says that nothing is here, as a page to those who read pages.
func (v *view) missing(r request, status int, control front.Field, title, explanation string) front.Answer {
	vary := front.One("Vary", "Accept")
	words := explanation + " All feeds are listed at " + v.snap.Site.BaseURL + "\n"
	if !strings.Contains(strings.Join(r.Field("Accept"), ","), "text/html") {
		return text(status, words, control, vary)
	}
	body, err := v.site.Missing(title, explanation)
	if err != nil {
		v.opt.Logger.Error("not rendered", "url", r.path, "err", err)
		return text(status, words, control, vary)
	}
	fields := append([]front.Field{front.One("Content-Type", "text/html; charset=utf-8"), nosniff, control, vary}, pageFields...)
	return front.Answer{Head: front.NewHead(status, fields...), Body: body}
}

// readiness answers /readyz, and all there is before the first scan is done.
// Everybody may ask, so it names no feed.
func (h *Handler) readiness(snap *document.Snapshot) front.Answer {
	held := ""
	if h.opt.Operator != nil {
		held = h.opt.Operator.Held()
	}
	message := "not ready: first scan is running\n"
	switch {
	case snap != nil:
		return brief(http.StatusOK, "ready\n"+held)
	case held != "":
		message = "not ready\n" + held
	}
	return text(http.StatusServiceUnavailable, message, noStore, front.One("Retry-After", "2"))
}

var (
	nosniff       = front.One("X-Content-Type-Options", "nosniff")
	noStore       = front.One("Cache-Control", "no-store")
	healthy       = brief(http.StatusOK, "ok\n")
	internalError = brief(http.StatusInternalServerError, "internal error\n")
)

// brief answers in a few words that hold for this moment only.
func brief(status int, message string) front.Answer { return text(status, message, noStore) }

func text(status int, message string, fields ...front.Field) front.Answer {
	all := append([]front.Field{front.One("Content-Type", "text/plain; charset=utf-8"), nosniff}, fields...)
	return front.Answer{Head: front.NewHead(status, all...), Body: []byte(message)}
}

// redirect leads to a path. The words are for programs that do not follow.
func redirect(status int, to string, fields ...front.Field) front.Answer {
	return text(status, "see "+to+"\n", append([]front.Field{front.One("Location", to)}, fields...)...)
}

// browserFields are what tells people from programs at a document's address. Each
// answer there varies by them, so that no cache hands one's to the other.
const browserFields = "Sec-Fetch-Dest, Sec-Fetch-Site"

// shownAs is the head of a document that a browser is about to show. Some browsers
// take the media types of feeds for plain text, which no style sheet applies to.
func shownAs(h *front.Head, mediaType string) *front.Head {
	if h.Status != http.StatusOK || !strings.Contains(mediaType, "+xml") {
		return h
	}
	return h.With(front.One("Content-Type", "application/xml; charset=utf-8"))
}
