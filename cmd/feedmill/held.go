package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"feedmill/feeds"
	"feedmill/watcher"
)

// Held is the change set that is kept from readers: one of articles, or that
// which new settings would be.
func (s *serve) Held() *feeds.Hold {
	if b := s.current.Load(); b != nil && b.Held() != nil {
		return b.Held()
	}
	return s.refused.Load()
}

// acceptable is what the command accept can let pass: what is held, else the articles whose
// records are lost.
func (s *serve) acceptable() *feeds.Hold {
	if held := s.Held(); held != nil {
		return held
	}
	if b := s.current.Load(); b != nil {
		return b.Acceptable()
	}
	return nil
}

// writeHeld tells accept what is held; nil for nothing.
func (s *serve) writeHeld(h *feeds.Hold) {
	var err error
	if h != nil {
		err = writeState(s.state, heldFile, h, 0o666)
	} else if err = os.Remove(filepath.Join(s.state, heldFile)); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		s.log.Warn("feedmill accept cannot read what is held back; serve --accept approves it", "err", err)
	}
}

// watchAccepted waits for the command accept, by watching the file that it leaves
// in the state folder, until ctx ends.
func (s *serve) watchAccepted(ctx context.Context, cfg *settings) error {
	w, err := untilEnd(ctx, func() (*watcher.Watcher, error) {
		return watcher.New(s.state, watcher.Options{
			Only: []string{acceptedFile}, ScanOnly: cfg.Watch.Mode == "scan", ScanInterval: cfg.Watch.ScanInterval, PollInterval: pollInterval(cfg), Logger: s.log,
		})
	})
	switch {
	case ctx.Err() != nil && w == nil:
		return nil
	case err != nil:
		s.log.Warn("feedmill accept cannot reach this process", "err", err)
		return nil
	}
	seen := make(chan watcher.Changes)
	done := make(chan error, 1)
	go func() {
		_, err := untilEnd(ctx, func() (struct{}, error) { return struct{}{}, w.Run(ctx, seen) })
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if ctx.Err() != nil { // it has ended, or hangs
				return nil
			}
			return err
		case <-seen:
			untilEnd(ctx, func() (struct{}, error) { s.applyAccepted(); return struct{}{}, nil }) // the only error is that of ctx
		}
	}
}

// applyAccepted approves the change that the command accept has named, if it has.
func (s *serve) applyAccepted() {
	file := filepath.Join(s.state, acceptedFile)
	text, err := readSmall(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the approval of feedmill accept cannot be read", "path", file, "err", err)
	}
	if err != nil || os.Remove(file) != nil {
		return
	}
	fingerprint := string(text)
	b := s.current.Load()
	if b == nil || s.refused.Load() != nil { // else the approval would stay until some later settings have the same effect
		s.approved.Store(&fingerprint)
	}
	if b != nil {
		b.Accept(fingerprint)
	}
	select {
	case s.retry <- struct{}{}:
	default: // another look is due already
	}
}
