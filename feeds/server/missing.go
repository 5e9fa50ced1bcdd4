package server

import (
	"net/http"
	"strings"
)

func (v *view) notFound(r request, path string) answer {
	explanation := "The address may be mistyped, or nothing was ever published under it."
	if problem := v.mixProblem(path); problem != "" {
		explanation = problem + "."
	}
	return v.nothing(r, http.StatusNotFound, one("Cache-Control", "no-cache"), "There is no such page", explanation)
}

// gone answers for a feed that once was, so that readers stop asking (RFC 9110
// §15.5.11). It may come back, hence no cache keeps the answer for long.
func (v *view) gone(r request) answer {
	return v.nothing(r, http.StatusGone, one("Cache-Control", "public, max-age=3600"), "Nothing is published here any more", "There was a feed at this address, and it has ended.")
}

// nothing says in a page, to those who read pages, that there is nothing here.
func (v *view) nothing(r request, status int, control field, title, explanation string) answer {
	fields := []field{control, one("Vary", "Accept")}
	words := explanation + " All feeds are listed at " + v.snap.Site.BaseURL + "\n"
	if !strings.Contains(first(r.Field("Accept")), "text/html") {
		return text(status, words, fields...)
	}
	body, err := v.missingPage(title, explanation)
	if err != nil {
		v.opt.Logger.Error("not rendered", "url", targetPath(r.Target()), "err", err)
		return text(status, words, fields...)
	}
	h := make(http.Header)
	pageHeader(h)
	return bytesAnswer(status, htmlType, body, append(fields, fieldsOf(h)...)...)
}
