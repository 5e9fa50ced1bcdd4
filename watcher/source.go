package watcher

import (
	"errors"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// maxQueue bounds the events kept while the loop is busy walking folders.
const maxQueue = 1 << 15

// source is one fsnotify watcher and the goroutine that empties it.
type source struct {
	batches <-chan batch // closed when no more events can come
	add     func(folder string) error
	close   func() error
}

// batch is what happened since the last batch, by absolute path. The order of
// operations on one path is lost: who needs it looks at the disk.
type batch struct {
	ops      map[string]fsnotify.Op
	overflow bool // there were more than ops tells
	err      error
}

func openSource() (*source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return newSource(w.Events, w.Errors, w.Add, w.Close), nil
}

// newSource starts to empty events and errors; it ends when events is closed,
// which close must bring about.
func newSource(events <-chan fsnotify.Event, errs <-chan error, add func(string) error, close func() error) *source {
	batches := make(chan batch)
	go drain(events, errs, batches)
	return &source{batches: batches, add: add, close: close}
}

// drain never waits for anything but its channels: fsnotify may hold the lock
// that Add needs while it sends an error.
func drain(events <-chan fsnotify.Event, errs <-chan error, batches chan<- batch) {
	defer close(batches)
	var b batch
	var out chan<- batch // nil while b is empty
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			b.event(e)
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			b.fail(err)
		case out <- b:
			b, out = batch{}, nil
			continue
		}
		out = batches
	}
}

func (b *batch) event(e fsnotify.Event) {
	if b.ops == nil {
		b.ops = map[string]fsnotify.Op{}
	}
	if len(b.ops) >= maxQueue {
		clear(b.ops)
		b.overflow = true
	}
	b.ops[e.Name] |= e.Op
}

func (b *batch) fail(err error) {
	if errors.Is(err, fsnotify.ErrEventOverflow) {
		b.overflow = true
		return
	}
	b.err = err
}

// shut closes the source and returns when its goroutine has ended.
func (s *source) shut() error {
	err := s.close()
	for range s.batches { // what is lost here the next rescan finds
	}
	return err
}

// tooFew says that the system grants no more watches, and what to do about it.
func tooFew(err error) (advice string, ok bool) {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "too few watches, scanning instead: raise fs.inotify.max_user_watches", true
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too few watches, scanning instead: raise fs.inotify.max_user_instances or the limit of open files", true
	}
	return "", false
}
