package front

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// listening is a handler of streams that have nothing to send, or with /flood always
// more than clients take.
type listening struct {
	*toy
	begun, ended chan struct{}
}

func (listening) Ready(Request, time.Time) (Answer, Verdict) { return Answer{}, HandOver }

func (h listening) Answer(r Request, _ time.Time) Answer {
	left, flood := r.(Leaver).Left(), r.Target() == "/flood"
	return Answer{Head: NewHead(http.StatusOK), Stream: func(send func([]byte) error) {
		defer func() { h.ended <- struct{}{} }()
		send([]byte("begun"))
		h.begun <- struct{}{}
		for flood {
			if send(make([]byte, 1<<20)) != nil {
				return
			}
		}
		select {
		case <-left:
		case <-h.stopped:
		}
	}}
}

// A stream ends when its client has left, however it has, and although nothing is
// sent.
func TestClientsLeaveStreams(t *testing.T) {
	more := get("/ready/1") + get("/ready/2")
	for name, tt := range map[string]struct {
		request string
		leave   func(c *net.TCPConn)
	}{
		"closes":                    {get("/events"), func(c *net.TCPConn) { c.Close() }},
		"closes its side":           {get("/events"), func(c *net.TCPConn) { c.CloseWrite() }},
		"resets":                    {get("/events"), func(c *net.TCPConn) { c.SetLinger(0); c.Close() }},
		"has asked more, closes":    {get("/events") + more, func(c *net.TCPConn) { c.CloseWrite() }},
		"has asked more, resets":    {get("/events") + more, func(c *net.TCPConn) { c.SetLinger(0); c.Close() }},
		"asks more, closes":         {get("/events"), func(c *net.TCPConn) { io.WriteString(c, more); c.CloseWrite() }},
		"takes nothing, closes":     {get("/flood"), func(c *net.TCPConn) { c.CloseWrite() }},
		"takes nothing, asks, ends": {get("/flood") + more, func(c *net.TCPConn) { c.CloseWrite() }},
	} {
		t.Run(name, func(t *testing.T) {
			inBothWays(t, Limits{}, func(t *testing.T, opt Options) {
				h := listening{newToy(), make(chan struct{}, 1), make(chan struct{}, 1)}
				addr, _, _ := serving(t, h, opt)
				c := dial(t, addr)
				io.WriteString(c, tt.request)
				if line, err := bufio.NewReaderSize(c, 16).ReadString('\n'); err != nil {
					t.Fatal(line, err)
				}
				<-h.begun
				tt.leave(c)
				select {
				case <-h.ended:
				case <-time.After(15 * time.Second): // far less than it takes to send nothing
					t.Error("the stream goes on")
				}
			})
		})
	}
}
