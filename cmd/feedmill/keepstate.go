package main

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// keepState looks at the state folder as often as articles are scanned, until ctx ends:
// what somebody has deleted of it, or replaced, is written anew. The ledger and the cache
// are in the care of the builder, which looks at them with each scan.
func (s *serve) keepState(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			s.figures.KeepPlace(now)
			s.keepRunning(ctx)
			s.keepHeld()
		}
	}
}

// keepRunning lets commands find this process again, unless another serve has taken over
// the state folder.
func (s *serve) keepRunning(ctx context.Context) {
	there, err := readState[runningServe](s.state, runningFile, errNotRunning)
	if err == nil && there == s.running {
		return
	}
	if err == nil && there.answers(ctx) {
		s.log.Error("another serve uses the state folder by now: stop one of the two", "url", there.URL)
		return
	}
	if err := writeState(s.state, runningFile, s.running, 0o600); err == nil {
		s.log.Warn("somebody has deleted or replaced files in the state folder; this process has written its own anew", "path", s.state)
	}
}

// answers reports whether something listens where a serve said that it does.
func (r runningServe) answers(ctx context.Context) bool {
	at, err := url.Parse(r.URL)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", at.Host)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// keepHeld tells accept again what is held, if that was deleted.
func (s *serve) keepHeld() {
	held := s.acceptable()
	if held == nil {
		return
	}
	if _, err := os.Stat(filepath.Join(s.state, heldFile)); os.IsNotExist(err) {
		s.writeHeld(held)
	}
}
