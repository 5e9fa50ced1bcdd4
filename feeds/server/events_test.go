package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/site"
)

// pageListener is somebody who listens to the topic AI.
type pageListener struct {
	got  []string
	left atomic.Bool // writing to it fails
	done chan struct{}
}

func (l *pageListener) send(b []byte) error {
	if l.left.Load() {
		return net.ErrClosed
	}
	l.got = append(l.got, string(b))
	return nil
}

func titled(id, title string) *feeds.Item {
	it := testItem()
	it.ID, it.Title = id, title
	return it
}

// room is a handler over one topic, whose items tests replace.
func room(t *testing.T, items ...*feeds.Item) (h *Handler, publish func(items ...*feeds.Item)) {
	of := testSite()
	source := new(holder)
	publish = func(items ...*feeds.Item) {
		source.Store(document.NewSnapshot(of, len(items), []*document.Listing{
			listing(of, feeds.All, "", "All", items...), listing(of, feeds.Topic, "ai", "AI", items...),
		}, nil))
	}
	publish(items...)
	return NewHandler(source, testOptions(t)), publish
}

func attend(t *testing.T, h *Handler, target string, fields ...string) *pageListener {
	t.Helper()
	a := h.Answer(handmade{target: target, fields: fields}, time.Now())
	if a.Status != 200 || a.Stream == nil {
		t.Fatalf("%s: %d", target, a.Status)
	}
	l := &pageListener{done: make(chan struct{})}
	go func() { defer close(l.done); a.Stream(l.send) }()
	synctest.Wait()
	return l
}

// handmade is a GET of a target with header lines "Name: value".
type handmade struct {
	target string
	fields []string
	peer   string
}

func (handmade) Method() string   { return "GET" }
func (h handmade) Target() string { return h.target }
func (handmade) Host() string     { return "feeds.example.com" }
func (h handmade) Peer() netip.AddrPort {
	peer, _ := netip.ParseAddrPort(h.peer)
	return peer
}
func (h handmade) Field(name string) (lines []string) {
	for _, f := range h.fields {
		if n, value, _ := strings.Cut(f, ": "); n == name {
			lines = append(lines, value)
		}
	}
	return lines
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := titled("urn:1", "Old")
		h, publish := room(t, old)
		l := attend(t, h, "/topics/ai/events?after="+site.Mark(old))
		if len(l.got) != 1 || l.got[0] != "retry: 10000\n\n" {
			t.Fatalf("at first %q", l.got)
		}
		publish(titled("urn:2", "New\r\nevent: x <i>"), old)
		time.Sleep(2 * streamPace)
		synctest.Wait()
		if len(l.got) != 2 || !strings.HasPrefix(l.got[1], "id: "+site.Mark(titled("urn:2", ""))+"\ndata: <li id=") || !strings.Contains(l.got[1], "&lt;i&gt;") || strings.Contains(l.got[1], "\nevent:") {
			t.Fatalf("the new item comes as %q", l.got)
		}
		publish(old) // what goes is not news
		time.Sleep(streamBeat + streamPace)
		synctest.Wait()
		if len(l.got) != 3 || l.got[2] != ":\n\n" {
			t.Fatalf("while it is quiet %q", l.got[2:])
		}
		h.streams.end()
		<-l.done
		if h.streams.open != 0 || len(h.streams.of) != 0 {
			t.Errorf("%d streams are open", h.streams.open)
		}
	})
}

// Who comes back gets what came in between, but not all that there ever was.
func TestEventsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var items []*feeds.Item
		for i := range 15 {
			items = append(items, titled("urn:"+string(rune('a'+i)), "T"))
		}
		h, _ := room(t, items...)
		for after, want := range map[string]int{site.Mark(items[2]): 2, site.Mark(items[14]): itemsPerEvent, "unknown": 0, "": 0} {
			l := attend(t, h, "/topics/ai/events", "Last-Event-Id: "+after)
			if n := strings.Count(l.got[0], "id: "); n != want {
				t.Errorf("after %q come %d items, want %d", after, n, want)
			}
		}
		h.streams.end()
	})
}

// A stream ends with its client, with its feed and after a while; there are so
// many at most.
func TestEventsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, publish := room(t, testItem())
		gone := attend(t, h, "/topics/ai/events")
		gone.left.Store(true)
		time.Sleep(streamBeat + streamPace)
		<-gone.done
		begun := time.Now()
		<-attend(t, h, "/topics/ai/events").done
		if took := time.Since(begun); took != streamLife {
			t.Errorf("a stream lasts %v", took)
		}
		one := handmade{target: "/topics/ai/events", peer: "203.0.113.7:1"}
		for range streamsPerClient {
			if a := h.Answer(one, time.Now()); a.Status != 200 {
				t.Fatal(a.Status)
			}
		}
		if a := h.Answer(one, time.Now()); a.Status != 503 || a.Stream != nil {
			t.Errorf("one client more: %d", a.Status)
		}
		var last *pageListener
		for range maxStreams - streamsPerClient {
			last = attend(t, h, "/topics/ai/events")
		}
		if a := h.Answer(handmade{target: "/topics/ai/events"}, time.Now()); a.Status != 503 {
			t.Errorf("one stream more: %d", a.Status)
		}
		publish()
		h.source.(*holder).Store(document.NewSnapshot(testSite(), 0, nil, nil))
		<-last.done
	})
}

// Both fronts send a stream at once, and end it when they stop.
func TestEventsThroughFronts(t *testing.T) {
	for name, opt := range fronts {
		t.Run(name, func(t *testing.T) {
			h, _ := room(t, titled("urn:1", "New"), titled("urn:2", "Old"))
			addr, stop, ended := answering(t, opt, h)
			res, err := http.Get("http://" + addr + "/topics/ai/events?after=" + site.Mark(titled("urn:2", "")))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			lines := bufio.NewReader(res.Body)
			for line := ""; !strings.HasPrefix(line, "data: "); {
				if line, err = lines.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			if _, err := io.Copy(io.Discard, lines); err != nil {
				t.Error("the stream is cut off:", err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// Of the places for streams, one address has a quarter, this machine three quarters,
// and a trusted proxy all.
func TestEventsOfOneAddress(t *testing.T) {
	for peer, want := range map[string]int{
		"192.168.1.7:1": maxStreams / 4, "[fd00::7]:1": maxStreams / 4, "127.0.0.2:1": maxStreams / 4,
		"127.0.0.1:1": maxStreams / 4, "[::1]:1": maxStreams / 4, "10.0.0.7:1": maxStreams,
	} {
		h, _ := room(t, testItem())
		h.opt.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		n := 0
		for ; n <= maxStreams && h.Answer(handmade{target: "/topics/ai/events", peer: peer}, time.Now()).Status == 200; n++ {
		}
		if n != want {
			t.Errorf("%s has %d places, want %d", peer, n, want)
		}
		if a := h.Answer(handmade{target: "/topics/ai/events", peer: "192.168.1.8:1"}, time.Now()); (a.Status == 200) != (n < maxStreams) {
			t.Errorf("another address than %s: %d", peer, a.Status)
		}
	}
}

// The place of a client that has left is free, although there is nothing new to send.
func TestEventsEndWithTheirClient(t *testing.T) {
	for name, opt := range fronts {
		t.Run(name, func(t *testing.T) {
			h, _ := room(t, testItem())
			addr, stop, ended := answering(t, opt, h)
			for range maxStreams {
				c, err := net.Dial("tcp", addr)
				if err != nil {
					t.Fatal(err)
				}
				io.WriteString(c, "GET /topics/ai/events HTTP/1.1\r\nHost: x\r\n\r\n")
				res, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatal(err)
				}
				if res.StatusCode != 200 {
					c.Close()
					break
				}
				defer c.Close()
				c.(*net.TCPConn).CloseWrite()
			}
			open := func() int {
				h.streams.mu.Lock()
				defer h.streams.mu.Unlock()
				return h.streams.open
			}
			for deadline := time.Now().Add(streamBeat / 2); open() > 0; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%d streams are open", open())
				}
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
