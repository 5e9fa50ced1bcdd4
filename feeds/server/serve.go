package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits bound what one client can hold of the server. Zero fields take the
// defaults.
type Limits struct {
	Header      time.Duration // to send the request's headers; 10 seconds
	Read        time.Duration // to send the whole request; 30 seconds
	Write       time.Duration // to take the whole response; 5 minutes, at which 512 KiB need 1.8 KB/s
	Idle        time.Duration // between two requests; 2 minutes
	Grace       time.Duration // for requests under way when the server stops; 10 seconds
	HeaderBytes int           // 64 KiB; more is answered with 431
}

// Serve answers connections from ln until ctx ends, then lets requests under way
// finish within limits.Grace, cuts off the others and returns nil once every
// connection's goroutine has ended. It closes ln. Any other end is an error. What
// net/http has to say goes to log; nil: slog.Default.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, limits Limits, log *slog.Logger) error {
	var open sync.WaitGroup
	s := newServer(h, limits, log)
	s.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateHijacked, http.StateClosed:
			open.Done()
		}
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(ln) }()
	select {
	case err := <-failed:
		s.Close()
		open.Wait()
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	err := stop(s, cmp.Or(limits.Grace, 10*time.Second))
	<-failed
	open.Wait()
	return err
}

func newServer(h http.Handler, limits Limits, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.Default()
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: cmp.Or(limits.Header, 10*time.Second),
		ReadTimeout:       cmp.Or(limits.Read, 30*time.Second),
		WriteTimeout:      cmp.Or(limits.Write, 5*time.Minute),
		IdleTimeout:       cmp.Or(limits.Idle, 2*time.Minute),
		MaxHeaderBytes:    cmp.Or(limits.HeaderBytes, 64<<10),
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// stop shuts s down in order, or by force after grace.
func stop(s *http.Server, grace time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := s.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.Close()
	}
	return err
}
