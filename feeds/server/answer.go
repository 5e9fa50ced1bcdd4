package server

import (
	"cmp"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/site"
)

// Ready implements [front.Handler]: it answers with what is in memory.
func (h *Handler) Ready(r front.Request, now time.Time) (a front.Answer, verdict front.Verdict) {
	path, _ := splitTarget(r.Target())
	if strings.HasSuffix(path, "/events") {
		return a, front.HandOver
	}
	if path == "/healthz" { // does not wait until answers for others are made
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
	if out := v.ready(path); out != nil {
		if a, ok := v.reply(out, r, now, true); ok {
			return a, front.Done
		}
	}
	return a, front.Make
}

// Answer implements [front.Handler]: it finds, renders and answers.
func (h *Handler) Answer(r front.Request, now time.Time) (a front.Answer) {
	path, query := splitTarget(r.Target())
	defer func() {
		if cause := recover(); cause != nil {
			h.opt.Logger.Error("request panicked", "url", path, "err", cause, "stack", string(debug.Stack()))
			a = internalError
		}
	}()
	if m := r.Method(); m != http.MethodGet && m != http.MethodHead {
		return text(http.StatusMethodNotAllowed, "only GET and HEAD are allowed here\n", front.One("Allow", "GET, HEAD"))
	}
	switch path {
	case "/healthz":
		return healthy
	case "/status", "/status.json", "/metrics":
		if h.opt.Operator != nil {
			return h.opt.Operator.Answer(r, path, now)
		}
	}
	snap := h.source.Snapshot()
	if snap == nil || path == "/readyz" {
		return h.readiness(snap)
	}
	v := h.viewOf(snap)
	out := v.ready(path)
	if out == nil {
		found := v.site.Find(strings.Clone(path), strings.Clone(query))
		resource, ok := found.(*site.Resource)
		if !ok {
			a = v.answerOther(found, r)
			if k, f, ok := v.site.DocumentAt(path); ok {
				v.record(k, f, nil, r, a, 0, now)
			}
			return a
		}
		var err error
		if out, err = v.representation(resource, now); err != nil {
			return internalError
		}
	}
	a, _ = v.reply(out, r, now, false)
	return a
}

// reply answers with a representation, and has a poll counted. If all must be ready
// and something has to be made first, it does nothing, and ok is false.
func (v *view) reply(out *representation, r front.Request, now time.Time, mustBeReady bool) (a front.Answer, ok bool) {
	var wait time.Duration
	// A browser asks for what it is about to show as the page itself (Fetch Metadata
	// §2.1). It gets the page with the same articles, unless a link on the site's own
	// pages has led it to the document.
	shown := out.Document != nil && first(r.Field("Sec-Fetch-Dest")) == "document"
	if shown && !v.opt.ShowDocuments && first(r.Field("Sec-Fetch-Site")) != "same-origin" {
		a = redirect(http.StatusSeeOther, out.Page, noStore, front.One("Vary", browserFields))
	} else {
		var err error
		if a, ok, err = out.answer(r, now, mustBeReady); mustBeReady && !ok {
			return a, false
		}
		if wait = v.wait(out, r, now); wait > 0 {
			a = tooMany(wait)
		} else if err != nil {
			v.opt.Logger.Error("not rendered", "url", out.Path, "err", err)
			a = internalError
		} else if shown {
			a.Head = shownAs(a.Head, out.MediaType)
		}
	}
	if out.Document != nil {
		v.record(out.Document.Key, out.Document.Format, out, r, a, wait, now)
	}
	return a, true
}

// answerOther answers what Find has found, if that is no resource.
func (v *view) answerOther(found site.Found, r front.Request) front.Answer {
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
func (v *view) missing(r front.Request, status int, control front.Field, title, explanation string) front.Answer {
	vary := front.One("Vary", "Accept")
	words := explanation + " All feeds are listed at " + v.snap.Site.BaseURL + "\n"
	if !strings.Contains(first(r.Field("Accept")), "text/html") {
		return text(status, words, control, vary)
	}
	body, err := v.site.Missing(title, explanation)
	if err != nil {
		path, _ := splitTarget(r.Target())
		v.opt.Logger.Error("not rendered", "url", path, "err", err)
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

func first(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// splitTarget parts a request target (RFC 9112 §3.2) into its path, escaped as it
// came, and its query. The path of a target in absolute form is what follows the
// host, and an asterisk stays one.
func splitTarget(target string) (path, query string) {
	if !strings.HasPrefix(target, "/") {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return target, ""
		}
		return cmp.Or(u.EscapedPath(), "/"), u.RawQuery
	}
	path, query, _ = strings.Cut(target, "?")
	return path, query
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
