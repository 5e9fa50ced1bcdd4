package front

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// Leaver is a [Request] whose client can be known to have left while a stream is
// sent, also when there is nothing to send: the channel of Left is closed then. A
// client that has closed its side of the connection has left.
type Leaver interface {
	Left() <-chan struct{}
}

// leavePace is how often a stream's connection is looked at.
const leavePace = time.Second

// stream sends each piece of a stream at once. It closes left, and has sending fail,
// within leavePace after the client has left.
func stream(w http.ResponseWriter, r *http.Request, a Answer, left chan struct{}) {
	control := http.NewResponseController(w)
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		if waitToLeave(r, ended) {
			close(left)
			control.SetWriteDeadline(time.Now()) // ends a call that waits for a client who takes nothing
		}
	})
	defer watching.Wait()
	defer close(ended)
	a.Stream(func(b []byte) error {
		select {
		case <-left:
			return net.ErrClosed
		default:
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		return control.Flush()
	})
}

// waitToLeave waits until the client has left or the stream has ended, and reports
// whether it was the client. net/http notices most clients that leave, but not
// those that have sent more than their request before.
func waitToLeave(r *http.Request, ended <-chan struct{}) bool {
	c, _ := r.Context().Value(connKey{}).(*httpConn)
	tick := time.NewTicker(leavePace)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return false
		case <-r.Context().Done():
			return true
		case <-tick.C:
			if c != nil && hasLeft(c.Conn) {
				return true
			}
		}
	}
}
