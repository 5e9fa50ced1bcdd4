package server

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"feedmill/feeds"
)

// Operations is what the operator of a site may know. It must be safe for
// concurrent use.
type Operations interface {
	Held() *feeds.Hold          // the change set that the guard keeps from readers, nil for none; cheap
	Problems() []*feeds.Problem // what is to be mended; may wait for a round that is under way
}

const whatToDo = `put the articles back, or run "feedmill accept"`

// ready answers /readyz: 503 while there is nothing to show. Everybody may ask,
// so it names no feed.
func (h *Handler) ready(snap *feeds.Snapshot) answer {
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

// operate answers for the paths that only the machine itself may ask for.
func (h *Handler) operate(r request, path string) answer {
	if !fromHere(r) {
		return brief(http.StatusForbidden, "only for the machine that the feeds are served from\n")
	}
	mediaType, body := "", []byte(nil)
	switch s := h.status(); path {
	case "/status":
		mediaType, body = s.text()
	case "/status.json":
		mediaType, body = s.json()
	default:
		mediaType, body = s.metrics()
	}
	return bytesAnswer(http.StatusOK, mediaType, body, noStore)
}

// fromHere reports whether a request comes from this machine itself: neither
// through a proxy that says so or keeps the public host name, nor from a page
// in a browser that has a name of its own lead here.
func fromHere(r request) bool {
	if throughProxy(r) {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host())
	if err != nil {
		host = strings.Trim(r.Host(), "[]")
	}
	ip, err := netip.ParseAddr(host)
	return r.Peer().Addr().Unmap().IsLoopback() && (host == "localhost" || err == nil && ip.IsLoopback())
}

// throughProxy reports whether a request says that it was passed on.
func throughProxy(r request) bool {
	for _, name := range [...]string{"Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip"} {
		if first(r.Field(name)) != "" {
			return true
		}
	}
	return false
}

// status is the state of a site at one moment.
type status struct {
	Ready    bool        `json:"ready"`
	Held     *feeds.Hold `json:"held"` // null: nothing
	Articles int         `json:"articles"`
	Feeds    int         `json:"feeds"`
	Problems []string    `json:"problems"` // as path:line:col: field: message
}

func (h *Handler) status() status {
	s := status{Held: h.hold(), Problems: []string{}}
	if snap := h.source.Snapshot(); snap != nil {
		s.Ready, s.Articles, s.Feeds = true, snap.Articles, len(snap.Listings)
	}
	for _, p := range h.opt.Operations.Problems() {
		s.Problems = append(s.Problems, p.Error())
	}
	return s
}

func (s status) text() (string, []byte) {
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

func (s status) json() (string, []byte) {
	body, _ := json.MarshalIndent(s, "", " ") // plain data: cannot fail
	return "application/json", append(body, '\n')
}

// metrics is the Prometheus text format 0.0.4.
func (s status) metrics() (string, []byte) {
	held := 0
	if s.Held != nil {
		held = s.Held.Hit()
	}
	ready := 0
	if s.Ready {
		ready = 1
	}
	var b strings.Builder
	for _, m := range []struct {
		name, help string
		value      int
	}{
		{"feedmill_ready", "1 while there are feeds to serve.", ready},
		{"feedmill_articles", "Articles in at least one feed.", s.Articles},
		{"feedmill_feeds", "Feeds that are served.", s.Feeds},
		{"feedmill_held_articles", "Known articles that a held change set would harm, in the feed hit hardest; 0 while nothing is held.", held},
		{"feedmill_problems", "Problems to mend.", len(s.Problems)},
	} {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %[1]s gauge\n%[1]s %[3]d\n", m.name, m.help, m.value)
	}
	return "text/plain; version=0.0.4; charset=utf-8", []byte(b.String())
}
