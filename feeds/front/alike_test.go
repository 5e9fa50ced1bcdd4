package front

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// plainCases are requests that a loop answers, without their last line end.
var plainCases = []string{
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/0 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/1 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10000 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/3000000 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"toy\"\r\n",
	"HEAD /ready/10 HTTP/1.1\r\nHost: x\r\n",
	"HEAD /ready/10 HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"toy\"\r\n",
	"GET /made/20000 HTTP/1.1\r\nHost: x\r\n",
	"HEAD /made/20000 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/9?status=303 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/9?status=304 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/9?status=308 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/9?status=404 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/9?status=410 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/9?status=429 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/9?status=226 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/9?status=500 HTTP/1.1\r\nHost: x\r\n",
	"GET /made/0?status=204 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
	"HEAD /made/10 HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nConnection: TE\r\nConnection: a, close ,b\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nConnection: a close\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nConnection: TE\r\nConnection: a close\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n",
	"GET /ready/10 HTTP/1.0\r\n",
	"GET /made/10 HTTP/1.0\r\nConnection: keep-alive\r\n",
	"GET /made/10 HTTP/1.0\r\nHost: x\r\nConnection: x, Keep-Alive\r\n",
	"GET /made/10 HTTP/1.0\r\nConnection: close\r\nConnection: keep-alive\r\n",
	"GET /made/10 HTTP/1.0\r\nConnection: keep-alive, close\r\n",
	"HEAD /ready/10 HTTP/1.0\r\nConnection: keep-alive\r\n",
	"HEAD /ready/10 HTTP/1.0\r\n",
	"GET /ready/10 HTTP/1.0\r\nConnection: keep-alive\r\nIf-None-Match: x\r\n",
	"GET / HTTP/1.1\r\nHost: [::1]:80\r\nUser-Agent:  a \t b \t\r\naccept: a\r\nAccept: b\r\nCookie: \xff\xc3\xa4\r\nX!#$%&'*+-.^_`|~: y\r\n",
	"GET / HTTP/1.1\r\nhost:\r\nCookie:\r\nContent-Length: 0\r\nTrailer: x\r\nPragma: no-cache\r\n",
	"GET / HTTP/1.1\nHost: x\r\nCookie: line\n",
	"GET /a%20b/%C3%A4?%zz&<>\"#x HTTP/1.1\r\nHost: x\r\n",
	"GET //a/../b//./c\\|^`{} HTTP/1.1\r\nHost: x\r\n",
	"GET /\xff HTTP/1.1\r\nHost: x\r\n",
	"GET /panic HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 60<<10) + "\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 1000),
}

// oddCases are requests that net/http has to answer.
var oddCases = []string{
	"GET http://evil.example/ready/3 HTTP/1.1\r\nHost: x\r\n",
	"GET http://evil.example HTTP/1.1\r\nHost: x\r\n",
	"GET /%zz HTTP/1.1\r\nHost: x\r\n",
	"GET ready HTTP/1.1\r\nHost: x\r\n",
	"GET  / HTTP/1.1\r\nHost: x\r\n",
	"GET / b HTTP/1.1\r\nHost: x\r\n",
	"GET /\x01 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10\r\nHost: x\r\n",
	"get /ready/10 HTTP/1.1\r\nHost: x\r\n",
	"POST /ready/10 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n",
	"POST /made/10 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", // and two bytes
	"POST /made/10 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
	"POST /made/10 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
	"PUT /made/10 HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
	"GET /made/10 HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n",
	"GET /made/10 HTTP/1.2\r\nHost: x\r\n",
	"GET /made/10 HTTP/2.7\r\nHost: x\r\n",
	"DELETE /ready/10 HTTP/1.1\r\nHost: x\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: x\r\n",
	"BREW /ready/10 HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nHost: y\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: a b\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nno colon\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\n: no name\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nName : x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nCookie: \x00\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nCookie: a\rb\r\n",
	"GET /ready/10 HTTP/1.1\r\n folded: x\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: folded\r\n more\r\n", // without close, only the loop ends it
	"HEAD /events HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 80<<10) + "\r\n",
	"GET /ready/10" + strings.Repeat("x", 80<<10) + " HTTP/1.1\r\nHost: x\r\n",
	"GET /ready/10 HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Many: x\r\n", 8<<10),
}

// conversation sends a request and then, if the connection stays, another, and
// returns the answers as they came.
func conversation(t *testing.T, addr, request string) string {
	c := dial(t, addr)
	defer c.Close()
	method, _, _ := strings.Cut(request, " ")
	go io.WriteString(c, request+"\r\n")
	in := bufio.NewReader(c)
	got := raw(t, in, method)
	stays := !strings.Contains(got, "Connection: close") && (!strings.HasPrefix(got, "HTTP/1.0") || strings.Contains(got, "Connection: keep-alive"))
	if stays && !strings.Contains(got, "ends: ") {
		io.WriteString(c, "GET /made/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		got += "\n-- and on the same connection:\n" + raw(t, in, "GET")
	} else if rest, err := io.ReadAll(in); err != nil && !strings.Contains(err.Error(), "reset") || len(rest) > 0 {
		got += "\n-- and then: " + string(rest) + err.Error()
	}
	return got
}

// A loop and net/http give the same answers to the byte, and leave the connection
// in the same state; of plain requests, no loop hands the connection over.
func TestAnswersAlike(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	loops, _, _ := runServer(t, s, nil)
	alone, _, _ := serving(t, newToy(), Options{NoLoops: true})
	for _, r := range plainCases {
		before := s.handed.Load()
		if a, b := conversation(t, alone, r), conversation(t, loops, r); a != b {
			t.Errorf("%.100q\nnet/http: %.700q\nloop:     %.700q", r, a, b)
		}
		if haveLoops && s.handed.Load() != before {
			t.Errorf("%.100q: handed over", r)
		}
	}
	for _, r := range oddCases {
		before := s.handed.Load()
		if a, b := conversation(t, alone, r), conversation(t, loops, r); a != b {
			t.Errorf("%.100q\nnet/http: %.700q\nloop:     %.700q", r, a, b)
		}
		if haveLoops && s.handed.Load() == before {
			t.Errorf("%.100q: not handed over", r)
		}
	}
}

// A request that is sent byte by byte is answered like any other, and so is the
// one that comes in the middle of the next.
func TestSplitAtEveryByte(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	loops, _, _ := runServer(t, s, nil)
	alone, _, _ := serving(t, newToy(), Options{NoLoops: true})
	const both = "GET /made/3 HTTP/1.1\r\nHost: x\r\nCookie: a\r\n\r\n" + "HEAD /ready/2 HTTP/1.1\nHost: x\nConnection: close\n\n"
	answers := map[string]string{}
	for name, addr := range map[string]string{"loops": loops, "alone": alone} {
		c := dial(t, addr)
		for i := range len(both) {
			c.Write([]byte{both[i]})
			time.Sleep(200 * time.Microsecond) // for a packet of its own; what matters holds without it
		}
		in := bufio.NewReader(c)
		answers[name] = raw(t, in, "GET") + raw(t, in, "HEAD")
		for at := range both {
			c := dial(t, addr)
			io.WriteString(c, both[:at])
			time.Sleep(time.Millisecond)
			io.WriteString(c, both[at:])
			in := bufio.NewReader(c)
			if got := raw(t, in, "GET") + raw(t, in, "HEAD"); got != answers[name] {
				t.Fatalf("%s: split at %d: %q", name, at, got)
			}
			c.Close()
		}
	}
	if answers["loops"] != answers["alone"] || !strings.Contains(answers["alone"], "xxx") {
		t.Errorf("%q\n%q", answers["loops"], answers["alone"])
	}
	if n := s.handed.Load(); n > 0 {
		t.Errorf("%d connections were handed over", n)
	}
}

// Many requests at once are answered in their order.
func TestPipelining(t *testing.T) {
	inBothWays(t, Limits{}, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		c := dial(t, addr)
		targets := []string{"/ready/100000", "/made/5", "/ready/0", "/made/70000", "/ready/300000"}
		go func() {
			for range 100 {
				for _, target := range targets {
					io.WriteString(c, get(target))
				}
			}
			c.CloseWrite()
		}()
		in := bufio.NewReaderSize(c, 16)
		for range 100 {
			for _, target := range targets {
				if status, n := reply(t, in); status != 200 || !strings.HasSuffix(target, "/"+itoa(n)) {
					t.Fatalf("%s: %d with %d bytes", target, status, n)
				}
			}
		}
		if _, err := in.ReadByte(); err != io.EOF {
			t.Errorf("after the end of requests: %v", err)
		}
	})
}

// HTTP/2 is spoken to those who know beforehand, as proxies do.
func TestHTTP2(t *testing.T) {
	inBothWays(t, Limits{}, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		client := &http.Transport{Protocols: new(http.Protocols), DisableCompression: true}
		client.Protocols.SetUnencryptedHTTP2(true)
		t.Cleanup(client.CloseIdleConnections)
		for range 3 {
			r, _ := http.NewRequest("GET", "http://"+addr+"/ready/50000", strings.NewReader("x"))
			resp, err := client.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.ProtoMajor != 2 || len(body) != 50000 {
				t.Errorf("%s, %d bytes, %v", resp.Proto, len(body), err)
			}
		}
	})
}
