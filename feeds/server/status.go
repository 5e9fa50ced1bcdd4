package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// Operations is what the operator of a site may know. It must be safe for
// concurrent use.
type Operations interface {
	Held() *feeds.Hold // the change set that the guard keeps from readers, nil for none; cheap
	State() *State     // of the program; may wait for a round that is under way
}

const whatToDo = `put the articles back, or run "feedmill accept"`

// ready answers /readyz: 503 while there is nothing to show. Everybody may ask,
// so it names no feed.
func (h *Handler) ready(snap *document.Snapshot) answer {
	held := ""
	if hold := h.hold(); hold != nil {
		held = fmt.Sprintf("held: a change of %d of %d known articles, since %s: %s\n", hold.Hit(), hold.Known, hold.Since.Format(time.RFC3339), whatToDo)
	}
	message := startingUp
	switch {
	case snap != nil:
		return brief(http.StatusOK, "ready\n"+held)
	case held != "":
		message = "not ready\n" + held
	}
	return text(http.StatusServiceUnavailable, message, noStore, one("Retry-After", "2"))
}

func (h *Handler) hold() *feeds.Hold {
	if h.opt.Operations == nil {
		return nil
	}
	return h.opt.Operations.Held()
}

// operate answers for the paths that only the operator may ask for.
func (h *Handler) operate(r request, path string, now time.Time) answer {
	if refused, ok := h.refuse(r, path); ok {
		return refused
	}
	mediaType, body, err := "", []byte(nil), error(nil)
	more := []field{noStore, one("Vary", "Accept")}
	switch {
	case path == "/metrics":
		mediaType, body, err = h.metrics.text()
	case path == "/status.json":
		mediaType, body = h.status(now).json()
	case strings.Contains(first(r.Field("Accept")), "text/html"):
		mediaType = htmlType
		body, err = h.status(now).page()
		more = append(more, statusPolicy, one("Referrer-Policy", "no-referrer"))
	default:
		mediaType, body = h.status(now).text()
	}
	if err != nil {
		h.opt.Logger.Error("not rendered", "url", path, "err", err)
		return brief(http.StatusInternalServerError, internal)
	}
	return bytesAnswer(http.StatusOK, mediaType, body, more...)
}

// status is how everything is now.
func (h *Handler) status(now time.Time) *Status {
	s := &Status{Now: now.UTC().Truncate(time.Second), Version: h.opt.Version, Held: h.hold(), State: *h.opt.Operations.State()}
	if s.Held != nil {
		s.ToDo = whatToDo
	}
	if s.Problems == nil {
		s.Problems = []string{}
	}
	snap := h.source.Snapshot()
	if snap != nil {
		s.Ready, s.Articles, s.Feeds = true, snap.Articles, len(snap.Listings)
		s.title, s.base = snap.Site.Title, snap.Site.BaseURL
	}
	if h.opt.Figures != nil {
		s.count(h.opt.Figures, snap, now)
		s.Polled.Hidden = h.hidden.Load()
	}
	return s
}

// text is the short form, for people and programs that ask for no other.
func (s *Status) text() (string, []byte) {
	var b strings.Builder
	state := "not ready"
	if s.Ready {
		state = "ready"
	}
	fmt.Fprintf(&b, "%s\narticles: %d\nfeeds: %d\n", state, s.Articles, s.Feeds)
	if s.Held != nil {
		fmt.Fprintf(&b, "\nheld since %s: %s\n%s\n", s.Held.Since.Format(time.RFC3339), s.Held, whatToDo)
	}
	fmt.Fprintf(&b, "\nproblems: %d\n", len(s.Problems))
	for _, p := range s.Problems {
		b.WriteString(p + "\n")
	}
	return "text/plain; charset=utf-8", []byte(b.String())
}

func (s *Status) json() (string, []byte) {
	body, _ := json.MarshalIndent(s, "", " ") // plain data: cannot fail
	return "application/json", append(body, '\n')
}
