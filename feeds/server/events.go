package server

import (
	"bytes"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// Bounds of the streams of new items that open pages listen to.
const (
	eventsFile = "events"

	maxStreams       = 256 // at a time
	streamsPerClient = 12  // where the client is known
	streamLife       = 4 * time.Minute
	streamPace       = time.Second      // between two looks at the snapshot
	streamBeat       = 20 * time.Second // at most between two signs of life, so that no proxy thinks it dead
	itemsPerEvent    = 10
)

// streams are the open streams. There is no work for what nobody listens to.
type streams struct {
	handler *Handler
	done    chan struct{}
	end     func() // every stream; none begins any more. May be called again

	mu   sync.Mutex
	open int
	of   map[netip.Prefix]int
}

func newStreams(h *Handler) *streams {
	s := &streams{handler: h, done: make(chan struct{}), of: make(map[netip.Prefix]int)}
	s.end = sync.OnceFunc(func() { close(s.done) })
	return s
}

// join makes room for one more stream of a client, who may be unknown.
func (s *streams) join(client netip.Prefix) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= maxStreams || client.IsValid() && s.of[client] >= streamsPerClient {
		return false
	}
	s.open++
	s.of[client]++
	return true
}

func (s *streams) leave(client netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if s.of[client]--; s.of[client] == 0 {
		delete(s.of, client)
	}
}

// events answers with the items that come to a feed from now on (Server-Sent
// Events), each as the page shows it. after names the newest item that the page
// has.
func (v *view) events(r request, feedPath string) (a answer, ok bool) {
	k, file, ok := split(feedPath)
	l := v.snap.Listing(k)
	if !ok || file != "" || l == nil {
		return a, false
	}
	after := first(r.Field("Last-Event-Id"))
	if after == "" {
		after = query(r).Get("after")
	}
	s, from := v.streams, client(r, v.opt.TrustedProxies)
	if r.Method() == http.MethodGet && !s.join(from) {
		return text(http.StatusServiceUnavailable, "too many pages listen at the moment\n", noStore, one("Retry-After", "120")), true
	}
	a.head = newHead(http.StatusOK, one("Content-Type", "text/event-stream; charset=utf-8"), noStore, nosniff, one("X-Accel-Buffering", "no"))
	if r.Method() == http.MethodGet {
		a.stream = func(send func([]byte) error) {
			defer s.leave(from)
			s.follow(l, after, send)
		}
	}
	return a, true
}

// follow sends what is new in a feed until that, the client, the handler or
// streamLife has ended; the client then comes back.
func (s *streams) follow(l *document.Listing, after string, send func([]byte) error) {
	tick := time.NewTicker(streamPace)
	defer tick.Stop()
	fresh, known := newer(l.Feed().Items, after)
	if send(append([]byte("retry: 10000\n\n"), s.news(l.Key, fresh)...)) != nil {
		return
	}
	quiet := time.Duration(0)
	for range streamLife / streamPace {
		select {
		case <-s.done:
			return
		case <-tick.C:
		}
		now := s.handler.source.Snapshot().Listing(l.Key)
		if now == nil {
			return
		}
		var message []byte
		if now.Revision != l.Revision {
			message = s.news(l.Key, unknown(now.Feed().Items, known))
			l = now
		}
		if quiet += streamPace; len(message) == 0 && quiet >= streamBeat {
			message = []byte(":\n\n")
		}
		if len(message) == 0 {
			continue
		}
		if quiet = 0; send(message) != nil {
			return
		}
	}
}

// newer lists what stands before the item with a mark, and marks all that is
// known then. Where there is no such item, nothing counts as new.
func newer(all []*feeds.Item, after string) (fresh []*feeds.Item, known map[string]bool) {
	known = make(map[string]bool, len(all))
	for i, it := range all {
		mark := markOf(it)
		known[mark] = true
		if mark == after {
			fresh = all[:i]
		}
	}
	return fresh, known
}

// unknown lists the items that are not known, and makes them known.
func unknown(all []*feeds.Item, known map[string]bool) (fresh []*feeds.Item) {
	for _, it := range all {
		if mark := markOf(it); !known[mark] {
			known[mark] = true
			fresh = append(fresh, it)
		}
	}
	return fresh
}

// news is items as events, oldest first.
func (s *streams) news(k feeds.Key, fresh []*feeds.Item) []byte {
	v := s.handler.current(s.handler.source.Snapshot())
	var out bytes.Buffer
	for i := min(len(fresh), itemsPerEvent) - 1; i >= 0; i-- {
		var html bytes.Buffer
		if err := templates.ExecuteTemplate(&html, "item", v.item(fresh[i], k)); err != nil {
			v.opt.Logger.Error("not rendered", "url", k.Path()+eventsFile, "err", err)
			continue
		}
		out.WriteString("id: " + markOf(fresh[i]) + "\n")
		for line := range strings.FieldsFuncSeq(html.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
			out.WriteString("data: " + line + "\n")
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// listen lets the page show what comes to its feed while it is open.
func (p *page) listen(l *document.Listing) {
	if p.v.streams == nil {
		return
	}
	p.Events = p.v.link(l.Key.Path() + eventsFile)
	if items := l.Feed().Items; len(items) > 0 {
		p.After = markOf(items[0])
	}
}
