package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"feedmill/config"
	"feedmill/feeds"
)

// sites runs one site after the other: a new one takes over from the last when
// good new settings appear.
func (s *serve) sites(ctx context.Context, cfg *settings) error {
	current, err := s.open(ctx, cfg)
	if err != nil || ctx.Err() != nil {
		return err
	}
	if current.builder.Snapshot() != nil {
		s.report(current)
	}
	for err == nil && current != nil {
		current, err = s.watch(ctx, current)
	}
	return err
}

// open prepares a site and its first snapshot.
func (s *serve) open(ctx context.Context, cfg *settings) (*site, error) {
	progress, finish := progress(s.stderr)
	opt := siteOptions{baseURL: cmp.Or(cfg.Site.BaseURL, s.baseURL), progress: progress, ledger: s.ledger, cache: s.cache, held: s.writeHeld, making: s.making, log: s.log}
	next, err := openSite(ctx, cfg, opt)
	if err != nil {
		return nil, err
	}
	if fingerprint := s.approved.Swap(nil); fingerprint != nil {
		next.builder.Accept(*fingerprint)
	}
	err = next.scan(ctx)
	finish()
	if err != nil {
		next.close()
		if ctx.Err() != nil {
			return nil, nil
		}
		return nil, err
	}
	if h := next.builder.Held(); h != nil && s.current.Load() != nil {
		s.refused.Store(h)
		next.close()
		return nil, fmt.Errorf("held back: %s; feedmill accept approves them", h)
	}
	s.refused.Store(nil)
	s.writeHeld(next.builder.Acceptable())
	s.current.Store(next.builder)
	s.inForce.Store(cfg)
	if fingerprint := s.approved.Swap(nil); fingerprint != nil { // accepted while it was scanned
		next.builder.Accept(*fingerprint)
	}
	return next, nil
}

// watch keeps a site up to date until ctx ends (nil) or another has taken over.
func (s *serve) watch(ctx context.Context, current *site) (next *site, err error) {
	running, stop := context.WithCancel(ctx)
	changed := make(chan struct{}, 1)
	done := make(chan error, 1)
	go func() { done <- current.run(running, changed) }()
	again := time.NewTimer(time.Hour)
	again.Stop()
	defer func() {
		again.Stop()
		stop()
		err = errors.Join(err, <-done)
		current.close()
	}()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case err := <-done:
			done <- nil
			return nil, err
		case <-s.retry:
			if s.refused.Load() == nil {
				continue
			}
			said = ""
		case <-changed:
			said = ""
		case <-again.C:
		}
		began := time.Now()
		next, err := s.reload(ctx, current)
		switch {
		case next != nil:
			return next, nil
		case err != nil && ctx.Err() == nil && err.Error() != said:
			said = err.Error()
			s.sayNotApplied(err)
		}
		again.Stop()
		if s.canPass(err) {
			again.Reset(pauseAfter(time.Since(began)))
		}
	}
}

// reload opens a site under the settings as they are now. It returns nil if they are those
// of the current site: then what was wrong with them has passed.
func (s *serve) reload(ctx context.Context, current *site) (*site, error) {
	cfg, err := s.flags.loadWhole(ctx, s.args)
	if err != nil || cfg.fingerprint == current.cfg.fingerprint && s.refused.Load() == nil {
		return nil, err
	}
	next, err := s.open(ctx, cfg)
	if err != nil || next == nil {
		return nil, err
	}
	s.log.Info("settings applied", "path", cmp.Or(cfg.File, cfg.Dir))
	if keys := cfg.AtNextStart(s.first.Config); len(keys) > 0 {
		s.log.Warn(atNextStart(keys))
	}
	return next, nil
}

func (s *serve) sayNotApplied(err error) {
	for _, p := range feeds.Problems(err) {
		s.log.Error("settings not applied; the old ones stay", "err", p)
	}
}

// canPass reports whether settings that were not applied because of err may be applied
// later although no settings file changes: something could not be read, or is not there.
// What is wrong in a file does not pass, and what is refused waits for feedmill accept.
func (s *serve) canPass(err error) bool {
	if errors.Is(err, config.ErrUnread) || errors.Is(err, errIncomplete) {
		return true
	}
	_, wrong := errors.AsType[*feeds.Problem](err)
	return err != nil && !wrong && s.refused.Load() == nil
}

// pauseAfter is how long to wait after a try in vain that has taken so long: trying takes a
// twentieth of the time at most.
func pauseAfter(took time.Duration) time.Duration { return max(2*time.Second, 20*took) }

// atNextStart returns the warning about settings whose change has to wait: it names
// them by their keys, of which there is at least one.
func atNextStart(keys []string) string {
	last := len(keys) - 1
	if last == 0 {
		return keys[0] + " takes effect at the next start"
	}
	return strings.Join(keys[:last], ", ") + " and " + keys[last] + " take effect at the next start"
}
