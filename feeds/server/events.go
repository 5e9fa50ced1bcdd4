package server

import (
	"bytes"
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/internal/client"
	"feedmill/feeds/site"
)

// Bounds of the streams of new items that open pages listen to.
const (
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
	of   map[netip.Prefix]int // by client
	at   map[netip.Addr]int   // by network of the other end of the connection
}

func newStreams(h *Handler) *streams {
	s := &streams{handler: h, done: make(chan struct{}), of: make(map[netip.Prefix]int), at: make(map[netip.Addr]int)}
	s.end = sync.OnceFunc(func() { close(s.done) })
	return s
}

// join makes room for one more stream of the client of, who may be unknown, over a
// connection from peer. Nobody but a trusted proxy has more than a quarter of all
// places.
func (s *streams) join(of netip.Prefix, peer netip.Addr) bool {
	share := maxStreams / 4
	if s.handler.Quarters(peer) == 4 {
		share = maxStreams
	}
	network := front.Network(peer)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= maxStreams || of.IsValid() && s.of[of] >= streamsPerClient || s.at[network] >= share {
		return false
	}
	s.open++
	s.of[of]++
	s.at[network]++
	return true
}

func (s *streams) leave(of netip.Prefix, peer netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	decrease(s.of, of)
	decrease(s.at, front.Network(peer))
}

func decrease[K comparable](counts map[K]int, k K) {
	if counts[k]--; counts[k] == 0 {
		delete(counts, k)
	}
}

// news answers with the items that come to a feed from now on (Server-Sent
// Events), each as the page shows it.
func (v *view) news(asked site.News, r request) (a front.Answer) {
	after := strings.Clone(cmp.Or(strings.Join(r.Field("Last-Event-Id"), ","), asked.After))
	from, peer := client.Of(r.Request, v.opt.TrustedProxies, true).Network, r.Peer().Addr()
	if r.isGet && !v.streams.join(from, peer) {
		return text(http.StatusServiceUnavailable, "too many pages wait for new articles at the moment\n", noStore, front.One("Retry-After", "120"))
	}
	a.Head = front.NewHead(http.StatusOK, front.One("Content-Type", "text/event-stream; charset=utf-8"), noStore, nosniff, front.One("X-Accel-Buffering", "no"))
	if r.isGet {
		l := v.snap.Listing(asked.Feed)
		var left <-chan struct{}
		if c, ok := r.Request.(front.Leaver); ok {
			left = c.Left()
		}
		a.Stream = func(send func([]byte) error) {
			defer v.streams.leave(from, peer)
			v.streams.follow(l, after, left, send)
		}
	}
	return a
}

// follow sends what is new in a feed until that, the client, the handler or
// streamLife has ended; the client then comes back.
func (s *streams) follow(l *document.Listing, after string, left <-chan struct{}, send func([]byte) error) {
	tick := time.NewTicker(streamPace)
	defer tick.Stop()
	items, known := l.Feed().Items, map[string]bool{}
	unknown(items, known)
	last := slices.IndexFunc(items, func(it *feeds.Item) bool { return site.Mark(it) == after })
	if send(append([]byte("retry: 10000\n\n"), s.write(l.Key, items[:max(last, 0)])...)) != nil { // where it is not there, none counts as new
		return
	}
	quiet := time.Duration(0)
	for range streamLife / streamPace {
		select {
		case <-s.done:
			return
		case <-left:
			return
		case <-tick.C:
		}
		now := s.handler.source.Snapshot().Listing(l.Key)
		if now == nil {
			return
		}
		var message []byte
		if now.Revision != l.Revision {
			message = s.write(l.Key, unknown(now.Feed().Items, known))
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

// unknown lists the items that are not known, and makes them known.
func unknown(all []*feeds.Item, known map[string]bool) (fresh []*feeds.Item) {
	for _, it := range all {
		if mark := site.Mark(it); !known[mark] {
			known[mark] = true
			fresh = append(fresh, it)
		}
	}
	return fresh
}

// write writes items as events, the oldest first.
func (s *streams) write(k feeds.Key, fresh []*feeds.Item) []byte {
	v := s.handler.viewOf(s.handler.source.Snapshot())
	var out bytes.Buffer
	for i := min(len(fresh), itemsPerEvent) - 1; i >= 0; i-- {
		html, err := v.site.Item(fresh[i], k)
		if err != nil {
			v.opt.Logger.Error("not rendered", "url", k.Path()+"events", "err", err)
			continue
		}
		out.WriteString("id: " + site.Mark(fresh[i]) + "\n")
		for line := range strings.FieldsFuncSeq(string(html), func(r rune) bool { return r == '\n' || r == '\r' }) {
			out.WriteString("data: " + line + "\n")
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}
