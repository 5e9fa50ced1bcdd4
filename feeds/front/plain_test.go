package front

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzPlainRequest: what is taken for plain, net/http understands alike, however it
// is cut.
func FuzzPlainRequest(f *testing.F) {
	for _, s := range slices.Concat(plainCases, oddCases) {
		f.Add([]byte(s+"\r\n"), 7)
	}
	f.Add([]byte("HEAD / HTTP/1.0\nConnection: keep-alive,\tclose\n\n"), 30)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		var r plainRequest
		n, found := r.read(b, 0)
		readInPieces(t, b, cut, n, found)
		if found != plain || n > 64<<10 {
			return
		}
		in := bufio.NewReaderSize(bytes.NewReader(b), 1<<20)
		want, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if read := len(b) - in.Buffered(); len(b) <= 1<<20 && read != n {
			t.Errorf("%q: %d bytes, want %d", b, n, read)
		}
		if want.Method != r.Method() || want.RequestURI != r.Target() || want.Host != r.Host() {
			t.Errorf("%q: %q %q %q", b, r.Method(), r.Target(), r.Host())
		}
		if !isPlain(want) || want.Body != http.NoBody {
			t.Errorf("%q: is not plain", b)
		}
		compareFields(t, b, &r, want)
		compareForm(t, b, &r)
	})
}

// readInPieces checks that the same is found when a request comes in two pieces.
func readInPieces(t *testing.T, b []byte, cut, n int, found shape) {
	if cut < 0 || cut >= len(b) {
		return
	}
	var r plainRequest
	m, again := r.read(b[:cut], 0)
	if again == incomplete {
		m, again = r.read(b, m)
	}
	if found == odd && again == incomplete { // as two Host fields are noticed together, at the end of the head
		_, again = r.read(append(bytes.Clone(b), "\r\n\r\n"...), m)
	}
	if again != found || found == plain && m != n {
		t.Errorf("%q: at once %d, %d, and cut at %d: %d, %d", b, n, found, cut, m, again)
	}
}

func compareFields(t *testing.T, b []byte, r *plainRequest, want *http.Request) {
	fields := http.Header{}
	for _, field := range r.fields {
		fields[textproto.CanonicalMIMEHeaderKey(field.name)] = nil
	}
	delete(want.Header, "Host")
	for name := range fields {
		if got := r.Field(name); !slices.Equal(got, want.Header[name]) {
			t.Errorf("%q: %s: %q, want %q", b, name, got, want.Header[name])
		}
	}
	for name := range want.Header {
		if _, ok := fields[name]; !ok && name != "Cache-Control" { // which net/http adds to Pragma
			t.Errorf("%q: lacks %s", b, name)
		}
	}
}

// compareForm compares the form of the answer with that of net/http's server.
func compareForm(t *testing.T, b []byte, r *plainRequest) {
	head := headFor(b)
	connection := ""
	for line := range strings.SplitSeq(head, "\r\n") {
		if value, ok := strings.CutPrefix(line, "Connection: "); ok {
			connection = value
		}
	}
	isOld := strings.HasPrefix(head, "HTTP/1.0 204")
	want := form{isHead: r.isHead, isOld: isOld, keepAlive: connection == "keep-alive", closes: connection == "close" || isOld && connection == ""}
	if r.form != want || !isOld && !strings.HasPrefix(head, "HTTP/1.1 204") {
		t.Errorf("%q: %+v, want %+v of %q", b, r.form, want, head)
	}
}

// headFor is the head that net/http's server writes for a request.
func headFor(request []byte) string {
	c := &memoryConn{in: bytes.NewReader(request), closed: make(chan struct{})}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })}
	s.Serve(&listenOnce{c: c})
	<-c.closed
	head, _, _ := strings.Cut(c.out.String(), "\r\n\r\n")
	return head
}

// memoryConn has one request to be read.
type memoryConn struct {
	net.Conn
	in     io.Reader
	out    bytes.Buffer
	closed chan struct{}
}

func (c *memoryConn) Read(b []byte) (int, error)       { return c.in.Read(b) }
func (c *memoryConn) Write(b []byte) (int, error)      { return c.out.Write(b) }
func (c *memoryConn) Close() error                     { close(c.closed); return nil }
func (c *memoryConn) RemoteAddr() net.Addr             { return nil }
func (c *memoryConn) LocalAddr() net.Addr              { return nil }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

type listenOnce struct{ c net.Conn }

func (l *listenOnce) Accept() (net.Conn, error) {
	if c := l.c; c != nil {
		l.c = nil
		return c, nil
	}
	return nil, io.EOF
}
func (l *listenOnce) Close() error   { return nil }
func (l *listenOnce) Addr() net.Addr { return nil }
