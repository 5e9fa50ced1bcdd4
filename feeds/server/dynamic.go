package server

import (
	"net/http"
	"strings"
	"time"
)

// asked answers for the paths at which something is asked for: a search, a feed
// to be composed, what comes from now on. Nothing of it is kept in memory.
func (v *view) asked(r request, path string, now time.Time) (a answer, ok bool) {
	if v.streams == nil {
		return a, false
	}
	if below, kept := strings.CutPrefix(path, v.base); kept {
		path = "/" + below // the proxy in front may have kept the folder
	}
	switch path {
	case searchPath:
		return v.searchFor(r, now), true
	case composePath:
		return v.compose(r, now), true
	}
	if feed, ok := strings.CutSuffix(path, "/"+eventsFile); ok {
		return v.events(r, feed+"/")
	}
	return a, false
}

// dynamic answers with a page that depends on what is asked, under the same rules
// as every other.
func (v *view) dynamic(page Resource, r request, now time.Time) answer {
	e := &entry{Resource: page}
	out, err := e.prepare(now)
	if err == nil {
		var a answer
		if a, err = out.answer(r, now); err == nil {
			return a
		}
	}
	v.opt.Logger.Error("not rendered", "url", page.Path, "err", err)
	return brief(http.StatusInternalServerError, internal)
}
