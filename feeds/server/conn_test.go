package server

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// piped is a conn and its other end.
func piped(t *testing.T) (*conn, net.Conn) {
	a, b := net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	return newConn(a, time.Second, func() {}), b
}

// Deadlines are armed when something waits, and not again for every request.
func TestDeadlinesAreArmedSeldom(t *testing.T) {
	armed := []time.Time{}
	d := deadline{slack: int64(time.Second), arm: func(t time.Time) error { armed = append(armed, t); return nil }}
	start := time.Unix(1000, 0)
	for i := range 100 { // requests, 20 ms apart
		now := start.Add(time.Duration(i) * 20 * time.Millisecond)
		d.set(now.Add(time.Minute))
		d.begin()
		d.end()
		d.set(now.Add(10 * time.Second)) // while nothing waits
		d.set(time.Time{})
	}
	if len(armed) != 2 || !armed[0].Equal(start.Add(61*time.Second)) {
		t.Errorf("armed %d times: %v", len(armed), armed)
	}
	d.begin() // without any
	if last := armed[len(armed)-1]; len(armed) != 3 || !last.IsZero() {
		t.Errorf("still armed: %v", armed)
	}
	d.set(start) // while something waits
	if last := armed[len(armed)-1]; len(armed) != 4 || last.After(start.Add(time.Second)) {
		t.Errorf("not armed at once: %v", armed)
	}
}

// Who waits is cut off by a deadline that is set meanwhile.
func TestDeadlineInterrupts(t *testing.T) {
	c, _ := piped(t)
	cut := make(chan error, 1)
	go func() { _, err := c.Read(make([]byte, 10)); cut <- err }()
	c.SetReadDeadline(time.Unix(1, 0))
	if err := <-cut; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

// A byte asked for once is not waited for, asked for twice it is, and none is lost.
func TestReadOfOneByte(t *testing.T) {
	c, other := piped(t)
	go io.WriteString(other, "ab")
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	got := make([]byte, 2)
	if _, err := io.ReadFull(byByte{c}, got); err != nil || string(got) != "ab" {
		t.Errorf("%q, %v", got, err)
	}
}

type byByte struct{ io.Reader }

func (r byByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:1]) }

// An answer is sent whole and once in place of what is written.
func TestAnswerInstead(t *testing.T) {
	c, other := piped(t)
	a := text(http.StatusOK, strings.Repeat("body", 2000))
	go func() {
		c.answer(a, []byte("Date: now\r\n"))
		if n, err := c.Write([]byte("something else")); n != len("something else") || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		c.Write([]byte("!"))
		c.Close()
	}()
	got, err := io.ReadAll(other)
	head := "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 8000\r\nX-Content-Type-Options: nosniff\r\nDate: now\r\n\r\n"
	if want := head + string(a.body) + "!"; err != nil || string(got) != want {
		t.Errorf("%.300q, %v", got, err)
	}
}

// fastConn gives everything once, however it is asked for.
func TestReadAhead(t *testing.T) {
	c, other := piped(t)
	f := &fastConn{conn: c}
	sent := bytes.Repeat([]byte("0123456789"), 500)
	go func() { other.Write(sent); other.Close() }()
	var got []byte
	for size := 1; ; size = size%7 + 1 {
		p := make([]byte, size)
		n, err := f.Read(p)
		got = append(got, p[:n]...)
		if err != nil {
			break
		}
	}
	if !bytes.Equal(got, sent) {
		t.Errorf("%d bytes of %d", len(got), len(sent))
	}
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/a?b", "http://x/a", "http://x", "*", "/%41%2f", "/%zz", "//a", "/é", "x:y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			canonicalEscapes(targetPath(target))
			return
		}
		want := u.EscapedPath()
		if want == "" {
			want = "/"
		}
		if got := canonicalEscapes(targetPath(target)); got != want {
			t.Errorf("%q: %q, want %q", target, got, want)
		}
	})
}
