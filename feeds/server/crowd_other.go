//go:build !linux

package server

import "context"

// crowd leaves every connection to whoever accepts: what serves many of them from
// one goroutine is written for Linux.
type crowd struct{ from *listener }

func newCrowd(ln *listener, _ *Handler) (*crowd, error) { return &crowd{ln}, nil }

func (p *crowd) next() (*conn, []byte, error) {
	c, err := p.from.Accept()
	if err != nil {
		return nil, nil, err
	}
	return c.(*conn), nil, nil
}

func (p *crowd) Close() error               { return p.from.Close() }
func (p *crowd) abort()                     {}
func (p *crowd) wait(context.Context) error { return nil }
