package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// crowded runs h behind a crowd until the test ends.
func crowded(t *testing.T, h *Handler, limits Limits) (c *crowd, addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := newListener(ln, limits.orDefaults(), nil)
	if c, err = newCrowd(open, h); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); c.abort(); c.wait(t.Context()); open.wait() })
	return c, ln.Addr().String()
}

const poll = "GET /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n"

// reply is the status and the length of the body of one answer.
func reply(t *testing.T, in *bufio.Reader) (status, length int) {
	t.Helper()
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, int(n)
}

// Polls never come to who accepts, however they are cut and however many ask at
// once for what has to be made; it is made once.
func TestCrowdAnswersPolls(t *testing.T) {
	var made atomic.Int32
	const size = 300 << 10
	encoders := [len(feeds.Formats)]document.Encoder{feeds.RSS: func(w io.Writer, _ *feeds.Feed) error {
		made.Add(1)
		_, err := io.WriteString(w, strings.Repeat("x", size))
		return err
	}}
	l := &document.Listing{Name: "All", Revision: document.NewRevision(func() *feeds.Feed { return &feeds.Feed{Site: testSite(), Updated: newest} }, encoders)}
	h := NewHandler(holding(document.NewSnapshot(testSite(), 1, []*document.Listing{l}, nil)), testOptions(t))
	c, addr := crowded(t, h, Limits{})
	go func() {
		if c, _, err := c.next(); err == nil {
			t.Error("somebody came to who accepts")
			c.Close()
			c.leave()
		}
	}()
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			c := dial(t, addr)
			io.WriteString(c, strings.Repeat(poll, 5))
			c.(*net.TCPConn).CloseWrite()
			in := bufio.NewReaderSize(c, 16)
			for range 5 {
				if status, n := reply(t, in); status != 200 || n != size {
					t.Errorf("%d with %d bytes", status, n)
				}
			}
			if _, err := in.ReadByte(); err != io.EOF {
				t.Errorf("after the end of requests: %v", err)
			}
		})
	}
	clients.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

// What is not plain comes to who accepts, with every byte, after what was plain
// has been answered.
func TestCrowdPassesOn(t *testing.T) {
	h := NewHandler(holding(testSnapshot(testSite())), testOptions(t))
	for _, other := range []string{"HEAD /rss.xml HTTP/1.1\r\n", "GET /rss", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n", "\x16\x03\x01"} {
		c, addr := crowded(t, h, Limits{})
		client := dial(t, addr)
		io.WriteString(client, poll+poll+other)
		client.(*net.TCPConn).CloseWrite()
		in := bufio.NewReader(client)
		for range 2 {
			if status, _ := reply(t, in); status != 200 {
				t.Errorf("%d", status)
			}
		}
		server, unread, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		server.SetDeadline(time.Now().Add(10 * time.Second))
		more, err := io.ReadAll(server)
		if got := string(unread) + string(more); got != other || err != nil {
			t.Errorf("%q of %q, %v", got, other, err)
		}
		server.Close()
		server.leave()
	}
}

// Who does not take an answer in time is cut off, and so is who asks nothing.
func TestCrowdLimits(t *testing.T) {
	h := NewHandler(holding(sizedSnapshot(300<<10)), testOptions(t))
	_, addr := crowded(t, h, Limits{Header: 50 * time.Millisecond, Write: 50 * time.Millisecond, Idle: time.Minute})
	silent := dial(t, addr)
	if n, err := silent.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("silent: %d, %v", n, err)
	}
	deaf := dial(t, addr)
	for {
		if _, err := io.WriteString(deaf, strings.Repeat(poll, 100)); err != nil {
			return // cut off
		}
	}
}

// However clients leave, stopping finds nothing of them, and who comes after them
// is answered.
func TestCrowdChurn(t *testing.T) {
	h := NewHandler(holding(sizedSnapshot(300<<10)), testOptions(t))
	addr, stop, done := answering(t, ServeFast, h, Limits{Grace: 100 * time.Millisecond})
	ask := []string{"", poll, "GET /rss", "HEAD /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n", strings.Repeat(poll, 50), poll + "nonsense\r\n\r\n"}
	var clients sync.WaitGroup
	for worker := range 8 {
		clients.Go(func() {
			for i := range 60 {
				c := dial(t, addr).(*net.TCPConn)
				said := ask[(worker+i)%len(ask)]
				io.WriteString(c, said)
				switch {
				case i%4 == 0:
					c.SetLinger(0)
				case i%4 == 1:
					c.CloseWrite()
				case strings.HasSuffix(said, "\r\n\r\n"):
					c.Read(make([]byte, 100))
				}
				if i%5 > 0 { // else stopping finds it open
					c.Close()
				}
			}
		})
	}
	clients.Wait()
	c := dial(t, addr)
	io.WriteString(c, poll)
	if status, _ := reply(t, bufio.NewReader(c)); status != 200 {
		t.Errorf("%d after all", status)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A poll costs no allocation from its bytes to those of its answer.
func TestPlainAllocations(t *testing.T) {
	opt := testOptions(t)
	for _, size := range []int{3 << 10, 300 << 10} {
		h := NewHandler(holding(sizedSnapshot(size)), opt)
		tag := ask(h, "GET", "/rss.xml").Header().Get("ETag")
		h.prepare("/rss.xml")
		for _, p := range polls {
			var head strings.Builder
			p.fields(tag).Write(&head)
			question := []byte("GET /rss.xml?" + strconv.Itoa(size) + " HTTP/1.1\r\nHost: x\r\nUser-Agent: Reader/1.0\r\nConnection: keep-alive\r\n" + head.String() + "\r\n")
			var r plainRequest
			var out []byte
			now := opt.Now()
			serve := func() {
				if r.read(question) != len(question) {
					t.Fatalf("%q is not plain", question)
				}
				a, ok := h.atOnce(&r, now)
				if !ok || a.status != p.status {
					t.Fatalf("%s: %d", p.name, a.status)
				}
				out = append(append(out[:0], a.wire.of(a.head)...), h.date.second(now).field...)
			}
			if n := testing.AllocsPerRun(100, serve); n > 0 {
				t.Errorf("%s of %d bytes allocates %v times", p.name, size, n)
			}
		}
	}
}
