package front

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"
)

// dialFrom is dial from another address of the loopback network.
func dialFrom(t *testing.T, from, addr string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", addr)
	if err != nil {
		t.Skip("this system has no second loopback address:", err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func quarterOf2(peer netip.Addr) int {
	if peer.Unmap() == netip.MustParseAddr("127.0.0.2") {
		return 1
	}
	return 4
}

// One address holds its share of the connections, and is told so; others have theirs,
// and what was left is free again.
func TestConnectionsOfOneAddress(t *testing.T) {
	inBothWays(t, Limits{Connections: 8}, func(t *testing.T, opt Options) {
		opt.Quarters = quarterOf2
		addr, stop, done := serving(t, newToy(), opt)
		served := func(from string) (net.Conn, *http.Response) {
			c := dialFrom(t, from, addr)
			io.WriteString(c, get("/ready/3"))
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); err != nil || len(body) != int(resp.ContentLength) {
				t.Errorf("%q, %v", body, err)
			}
			return c, resp
		}
		first, _ := served("127.0.0.2")
		if _, resp := served("127.0.0.2"); resp.StatusCode != 200 {
			t.Fatal(resp.Status)
		}
		for range 20 {
			if c, resp := served("127.0.0.2"); resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || !resp.Close {
				t.Errorf("beyond the share: %v", resp)
			} else if _, err := c.Read(make([]byte, 1)); err == nil {
				t.Error("the connection stays open")
			}
		}
		for range 6 {
			if _, resp := served("127.0.0.3"); resp.StatusCode != 200 {
				t.Error("another address:", resp.Status)
			}
		}
		first.Close()
		for deadline := time.Now().Add(15 * time.Second); ; {
			if _, resp := served("127.0.0.2"); resp.StatusCode == 200 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the place of a connection that has ended is not free")
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// The places of a network that has left are forgotten, and IPv6 counts by /64.
func TestPlacesByNetwork(t *testing.T) {
	p := newPlaces(8, func(netip.Addr) int { return 1 })
	admit := func(addr string) *network {
		p.take()
		return p.admit(netip.MustParseAddr(addr))
	}
	a, b := admit("2001:db8::1"), admit("2001:db8::ffff:2")
	if a == nil || a != b || admit("2001:db8::3") != nil {
		t.Error("a /64 does not count as one")
	}
	if p.give(); admit("2001:db8:0:1::1") == nil || admit("::ffff:192.0.2.1") != admit("192.0.2.1") || admit("192.0.2.1") != nil {
		t.Error("other networks do not count for themselves")
	}
	p.give()
	p.leave(a)
	if p.leave(b); len(p.of) != 2 {
		t.Errorf("%d networks are remembered", len(p.of))
	}
	if n := newPlaces(8, nil).admit(netip.Addr{}); n == nil || n.share(8) != 8 {
		t.Error("an unknown address has a share of its own")
	}
}

// What is made for one address leaves makers for the others.
func TestMakersOfOneAddress(t *testing.T) {
	if !haveLoops {
		t.Skip("net/http makes all answers at once")
	}
	h := newToy()
	addr, _, _ := serving(t, h, Options{Quarters: quarterOf2})
	defer close(h.release)
	all := makersOfLoop * max(1, runtime.GOMAXPROCS(0)/2)
	for range all {
		io.WriteString(dialFrom(t, "127.0.0.2", addr), get("/wait"))
	}
	for range all / 4 {
		<-h.entered
	}
	c := dialFrom(t, "127.0.0.3", addr)
	io.WriteString(c, get("/made/3"))
	if status, _ := reply(t, bufio.NewReader(c)); status != 200 {
		t.Error(status)
	}
	if most := int(h.most.Load()); most > all/4+1 {
		t.Errorf("%d of %d makers are for one address", most-1, all)
	}
}

// net/http makes so many answers at a time for one network, and lets so many wait;
// others have theirs meanwhile. Nobody gets a second share by opening connections anew.
func TestMakersOfHTTP(t *testing.T) {
	h := newToy()
	from := &network{address: netip.MustParseAddr("192.0.2.1"), quarters: 1, making: make(chan struct{}, makersOfHTTP/4), uses: 1}
	other := &network{address: netip.MustParseAddr("192.0.2.2"), quarters: 1, making: make(chan struct{}, makersOfHTTP/4), uses: 1}
	p := newPlaces(8, nil)
	a := adapter{h, time.Now, &makers{p, make(chan struct{}, makersOfHTTP)}}
	ask := func(of *network, target string) Answer {
		r := httptest.NewRequest("GET", target, nil)
		return a.answer(httpRequest{r.WithContext(context.WithValue(t.Context(), connKey{}, &httpConn{from: of})), nil})
	}
	var all sync.WaitGroup
	for range requestsOfHTTP / 4 {
		all.Go(func() {
			if got := ask(from, "/wait"); got.Status != 200 {
				t.Error(got.Status)
			}
		})
	}
	for from.waiting.Load() < requestsOfHTTP/4 {
		runtime.Gosched()
	}
	for range makersOfHTTP / 4 {
		<-h.entered
	}
	if got := ask(from, "/made/1"); got.Status != 503 {
		t.Errorf("one request more: %d", got.Status)
	}
	if got := ask(other, "/made/1"); got.Status != 200 {
		t.Errorf("another network: %d", got.Status)
	}
	if most := h.most.Load(); most > makersOfHTTP/4+1 {
		t.Errorf("%d answers are made at a time", most)
	}
	close(h.release)
	all.Wait()
	if from.uses != 1 || from.waiting.Load() != 0 || len(a.makers.making)+len(from.making) != 0 {
		t.Errorf("%d uses, %d waiting afterwards", from.uses, from.waiting.Load())
	}
}
