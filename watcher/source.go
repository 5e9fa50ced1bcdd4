package watcher

import (
	"errors"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// maxQueue bounds the events that are kept while the loop of Run is busy.
const maxQueue = 1 << 15

// source is an fsnotify watcher and the goroutine that receives its events.
type source struct {
	batches <-chan batch // closed when no more events can come
	add     func(folder string) error
	close   func() error
}

// batch is what has happened since the last batch, by absolute path. The order of the
// operations on a path is lost: only the disk tells what is there now.
type batch struct {
	ops      map[string]fsnotify.Op
	overflow bool // events were lost
	err      error
}

func openSource() (*source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return newSource(w.Events, w.Errors, w.Add, w.Close), nil
}

// newSource starts a goroutine that receives from events and errs. It ends when
// events is closed, which the function close must do.
func newSource(events <-chan fsnotify.Event, errs <-chan error, add func(string) error, close func() error) *source {
	batches := make(chan batch)
	go drain(events, errs, batches)
	return &source{batches: batches, add: add, close: close}
}

// drain collects events and sends them to batches. It must not wait for anything
// else: fsnotify can hold the lock that its Add needs while it sends an error.
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
			b.addEvent(e)
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				b.overflow = true
			} else {
				b.err = err
			}
		case out <- b:
			b, out = batch{}, nil
			continue
		}
		out = batches
	}
}

func (b *batch) addEvent(e fsnotify.Event) {
	if b.ops == nil {
		b.ops = map[string]fsnotify.Op{}
	}
	if len(b.ops) >= maxQueue {
		clear(b.ops)
		b.overflow = true
	}
	b.ops[e.Name] |= e.Op
}

// shut closes the source and returns when its goroutine has ended. Events that have
// not been received are lost; a Rescan must follow.
func (s *source) shut() error {
	err := s.close()
	for range s.batches {
	}
	return err
}

// tooFew says what a user can do if err means that the system grants no more watches;
// for another error it is empty.
func tooFew(err error) (advice string) {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "too few watches, scanning instead: raise fs.inotify.max_user_watches"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too few watches, scanning instead: raise fs.inotify.max_user_instances or the limit of open files"
	}
	return ""
}
