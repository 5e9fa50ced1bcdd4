package server

import (
	"net/http"
	"strings"
)

func (v *view) notFound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	explanation := "The address may be mistyped, or nothing was ever published under it."
	if problem := v.mixProblem(r.URL.EscapedPath()); problem != "" {
		explanation = problem + "."
	}
	v.nothing(w, r, http.StatusNotFound, "There is no such page", explanation)
}

// gone answers for a feed that once was, so that readers stop asking (RFC 9110
// §15.5.11). It may come back, hence no cache keeps the answer for long.
func (v *view) gone(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	v.nothing(w, r, http.StatusGone, "Nothing is published here any more", "There was a feed at this address, and it has ended.")
}

// nothing says in a page, to those who read pages, that there is nothing here.
func (v *view) nothing(w http.ResponseWriter, r *http.Request, status int, title, explanation string) {
	h := w.Header()
	h.Set("Vary", "Accept")
	words := explanation + " All feeds are listed at " + v.snap.Site.BaseURL + "\n"
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		text(w, r, status, words)
		return
	}
	body, err := v.missingPage(title, explanation)
	if err != nil {
		v.opt.Logger.Error("not rendered", "url", r.URL.Path, "err", err)
		text(w, r, status, words)
		return
	}
	pageHeader(h)
	write(w, r, status, htmlType, body)
}
