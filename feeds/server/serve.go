package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
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
	Connections int           // at a time; 16,384, and others wait
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Header: cmp.Or(l.Header, 10*time.Second), Read: cmp.Or(l.Read, 30*time.Second), Write: cmp.Or(l.Write, 5*time.Minute),
		Idle: cmp.Or(l.Idle, 2*time.Minute), Grace: cmp.Or(l.Grace, 10*time.Second),
		HeaderBytes: cmp.Or(l.HeaderBytes, 64<<10), Connections: cmp.Or(l.Connections, 16<<10),
	}
}

// slack is by how much clients may overstay the limits.
func (l Limits) slack() time.Duration { return min(l.Header, l.Read, l.Write, l.Idle) / 8 }

// front is an HTTP server of a library.
type front interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
	Abort() error // cuts off what is under way
}

// Serve answers connections from ln by net/http (HTTP/1.1, and HTTP/2 with prior
// knowledge) until ctx ends, then lets requests under way finish within
// limits.Grace, cuts off the others and returns nil once every connection has
// been closed. It closes ln. Any other end is an error. What net/http has to say
// goes to log; nil: slog.Default.
//
// The context of a request ends when the request is cut off, and not when its
// client leaves.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, limits Limits, log *slog.Logger) error {
	limits = limits.orDefaults()
	requests, abort := context.WithCancel(context.Background())
	defer abort()
	return run(ctx, newListener(ln, limits, log), &standardFront{newStandard(requests, h, limits, log), abort})
}

// run serves by f until ctx ends.
func run(ctx context.Context, open *listener, f front) error {
	failed := make(chan error, 1)
	go func() { failed <- f.Serve(open) }()
	select {
	case err := <-failed:
		f.Abort()
		open.wait()
		return fmt.Errorf("serve %s: %w", open.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), open.limits.Grace)
	defer cancel()
	err := f.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = f.Abort()
	}
	<-failed
	open.wait()
	return err
}
