// Package front serves HTTP: it has the sockets, the parsing of requests and the
// limits of what clients may hold, and asks a [Handler] what to answer. It knows
// nothing of what is served.
//
// On Linux, loops on epoll(7) answer plain requests: GET and HEAD without a body,
// in HTTP/1.1 or 1.0. A loop is one goroutine that serves many connections: one
// wake-up serves all that have asked meanwhile, and a connection that rests is an
// entry in a table. An answer that is not in memory is made by a goroutine and
// then sent by the loop.
//
// A connection on which anything else comes is handed over, with the bytes already
// read, to a server of net/http. That server ends such a connection after its
// answer, so that the next one of the same client begins on a loop again. Other
// systems have net/http alone. Both ways give the same answers to the byte.
package front

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Options of [Serve]. The zero Options are usable.
type Options struct {
	Limits Limits
	// Logger takes what goes wrong; nil: slog.Default.
	Logger *slog.Logger
	// Now gives the time that handlers get; nil: time.Now.
	Now func() time.Time
	// CutOff, unless nil, is called when requests under way have had their grace and their
	// connections have been closed: it ends what is still being made for them.
	CutOff func()
	// NoLoops leaves all to net/http, as on other systems than Linux.
	NoLoops bool
	// Quarters says how many quarters of all connections may come from the network of
	// an address at a time, and how many of the answers that are being made may be for
	// it: from 1 to 4. Nil: 4, which is all. It must be safe for concurrent use.
	Quarters func(peer netip.Addr) int
}

// Serve answers connections from ln until ctx ends, then lets requests under way
// finish within Limits.Grace, cuts off the others, and returns nil once every
// connection has been closed and every goroutine has ended. It closes ln. Any
// other end is an error.
//
// It speaks HTTP/1.1 and 1.0, and HTTP/2 with prior knowledge, without encryption.
func Serve(ctx context.Context, ln net.Listener, h Handler, opt Options) error {
	return newServer(h, opt).serve(ctx, ln)
}

// server is one call of Serve.
type server struct {
	h      Handler
	limits Limits
	log    *slog.Logger
	now    func() time.Time // nil: time.Now
	cutOff func()           // see Options.CutOff
	alone  bool             // no loops
	sys    system           // how loops call the system

	http   *http.Server
	cancel context.CancelFunc // ends the contexts of net/http's requests
	places *places
	ended  sync.WaitGroup // all goroutines and connections
	failed chan error     // what ends serving; has room for one
	handed atomic.Int64   // connections that were handed over
}

func newServer(h Handler, opt Options) *server {
	s := &server{
		h: h, limits: opt.Limits.orDefaults(), log: cmp.Or(opt.Logger, slog.Default()), now: opt.Now, cutOff: opt.CutOff, alone: opt.NoLoops,
		sys: realSystem, failed: make(chan error, 1),
	}
	s.places = newPlaces(s.limits.Connections, opt.Quarters)
	ctx, cancel := context.WithCancel(context.Background())
	s.http, s.cancel = s.newHTTP(ctx), cancel
	return s
}

func (s *server) serve(ctx context.Context, ln net.Listener) error {
	defer s.cancel()
	loops := s.startLoops(ln)
	if loops == nil {
		s.serveHTTP(s.limited(ln))
	}
	select {
	case err := <-s.failed:
		s.abort(loops)
		s.ended.Wait()
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	err := s.finish(loops)
	s.ended.Wait()
	return err
}

// serveHTTP has net/http serve what ln accepts.
func (s *server) serveHTTP(ln net.Listener) {
	s.ended.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.fail(err)
		}
	})
}

// fail ends serving with an error, of which the first counts.
func (s *server) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// finish lets requests under way finish, as long as they may.
func (s *server) finish(loops *loops) error {
	grace, cancel := context.WithTimeout(context.Background(), s.limits.Grace)
	defer cancel()
	s.h.Stop()
	loops.stop()
	err := errors.Join(s.http.Shutdown(grace), loops.wait(grace))
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.abort(loops)
	}
	return err
}

// abort closes every connection.
func (s *server) abort(loops *loops) error {
	s.h.Stop()
	s.cancel()
	loops.abort()
	err := s.http.Close()
	if s.cutOff != nil {
		s.cutOff()
	}
	return err
}

// leave is called when a connection has ended.
func (s *server) leave(from *network) {
	s.places.leave(from)
	s.ended.Done()
}

// time is the time that the handler gets.
func (s *server) time() time.Time {
	if s.now == nil {
		return time.Now()
	}
	return s.now()
}
