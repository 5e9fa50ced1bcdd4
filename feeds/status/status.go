// Package status shows the operator of a site how it is: a page, the same as JSON
// and in short, and metrics for Prometheus. It decides who may see them.
package status

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
)

// Program is what the program knows of itself. It must be safe for concurrent use.
type Program interface {
	Snapshot() *document.Snapshot // nil before the first scan is done; cheap
	Held() *feeds.Hold            // the change set that the guard keeps from readers, nil for none; cheap
	State() *State                // may wait for a change of the feeds that is under way
}

// Options say what an operator is shown, and who the operator is. The zero
// Options are usable.
type Options struct {
	// Token is asked of everybody; empty: clients on this machine are let in.
	Token string
	// Key is as good as Token, also where that is empty; empty: there is none.
	Key string
	// Figures are shown on the page; nil: none.
	Figures Figures
	// Collectors are shown by /metrics beside what the program knows of itself.
	Collectors []prometheus.Collector
	// Version is that of the program; may be empty.
	Version string
	// Logger takes what goes wrong; nil: slog.Default.
	Logger *slog.Logger
}

// Operator answers requests of the operator. It is safe for concurrent use.
type Operator struct {
	program Program
	opt     Options
	metrics *prometheus.Registry
}

// New answers for p.
func New(p Program, opt Options) *Operator {
	opt.Logger = cmp.Or(opt.Logger, slog.Default())
	o := &Operator{program: p, opt: opt, metrics: prometheus.NewRegistry()}
	o.metrics.MustRegister(gauges{o}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	o.metrics.MustRegister(opt.Collectors...)
	return o
}

const whatToDo = `put the articles back, or run "feedmill accept"`

// Held says what is held back, as a line for everybody: it names no feed. It is
// empty while nothing is.
func (o *Operator) Held() string {
	held := o.program.Held()
	if held == nil {
		return ""
	}
	return fmt.Sprintf("held: a change of %d of %d known articles, since %s: %s\n", held.Hit(), held.Known, held.Since.Format(time.RFC3339), whatToDo)
}

const (
	htmlType = "text/html; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

// Answer answers a GET or HEAD of path, which is /status, /status.json or
// /metrics, at the time now.
func (o *Operator) Answer(r front.Request, path string, now time.Time) front.Answer {
	if refused, ok := o.refuse(r, path); ok {
		return refused
	}
	mediaType, body, err := "", []byte(nil), error(nil)
	more := []front.Field{front.One("Vary", "Accept")}
	switch {
	case path == "/metrics":
		mediaType, body, err = o.writeMetrics()
	case path == "/status.json":
		mediaType, body = "application/json", o.status(now).json()
	case strings.Contains(first(r.Field("Accept")), "text/html"):
		mediaType = htmlType
		body, err = o.status(now).page()
		more = append(more, pagePolicy, noReferrer)
	default:
		mediaType, body = textType, o.status(now).text()
	}
	if err != nil {
		o.opt.Logger.Error("not rendered", "url", path, "err", err)
		return answer(500, textType, []byte("internal error\n"))
	}
	return answer(200, mediaType, body, more...)
}

var noReferrer = front.One("Referrer-Policy", "no-referrer")

// answer is an answer that no cache keeps.
func answer(status int, mediaType string, body []byte, more ...front.Field) front.Answer {
	all := append([]front.Field{front.One("Content-Type", mediaType), front.One("X-Content-Type-Options", "nosniff"), front.One("Cache-Control", "no-store")}, more...)
	return front.Answer{Head: front.NewHead(status, all...), Body: body}
}

func first(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// status is how everything is now.
func (o *Operator) status(now time.Time) *Status {
	s := &Status{Now: now.UTC().Truncate(time.Second), Version: o.opt.Version, Held: o.program.Held(), State: *o.program.State()}
	if s.Held != nil {
		s.ToDo = whatToDo
	}
	if s.Problems == nil {
		s.Problems = []string{}
	}
	snap := o.program.Snapshot()
	if snap != nil {
		s.Ready, s.Articles, s.Feeds = true, snap.Articles, len(snap.Listings)
		s.title, s.Home = snap.Site.Title, snap.Site.BaseURL
	}
	if o.opt.Figures != nil {
		s.count(o.opt.Figures, snap, now)
	}
	return s
}

// text is the short form, for people and programs that ask for no other.
func (s *Status) text() []byte {
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
	return []byte(b.String())
}

func (s *Status) json() []byte {
	body, _ := json.MarshalIndent(s, "", " ") // plain data: cannot fail
	return append(body, '\n')
}
