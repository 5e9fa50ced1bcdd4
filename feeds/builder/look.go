package builder

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"feedmill/watcher"
)

// look finds out what has changed: the files that differ, read and parsed, in
// order of path, and the known ones that are gone.
func (b *Builder) look(ctx context.Context, c watcher.Changes, r *round) (err error) {
	reading := &reading{b: b, ctx: ctx, old: b.opt.Ledger.WantsOldDigests()}
	if c.Rescan {
		r.gone, err = b.lookAtAll(ctx, reading)
	} else {
		r.gone = b.lookAt(c.Paths, reading)
	}
	r.files = reading.wait()
	slices.Sort(r.gone)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		for _, l := range r.files {
			b.texts.drop(l.article)
		}
		return err
	}
	r.differ = len(r.files) + len(r.gone)
	for _, l := range r.files {
		r.saved = max(r.saved, l.changed)
	}
	return nil
}

// lookAt looks at single paths.
func (b *Builder) lookAt(paths []string, r *reading) (gone []string) {
	for _, path := range paths {
		if !b.opt.Parser.Wants(path) {
			continue
		}
		switch f, err := b.src.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			if _, known := b.stamps[path]; known {
				gone = append(gone, path)
			}
		case err != nil:
			b.opt.Logger.Warn("cannot look at a file; its article stays", "path", path, "err", err)
		default:
			r.add(found{path, stampOf(f.Stamp)})
		}
	}
	return gone
}

// lookAtAll compares everything on disk with what is known. Walking over the files,
// restoring what the cache holds, and reading files go on at the same time.
func (b *Builder) lookAtAll(ctx context.Context, r *reading) (gone []string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	walk := walk{found: make(chan []found, 1<<12)}
	go walk.run(ctx, b)
	b.restore()
	seen := make([]string, 0, len(b.stamps))
	known := 0
	for batch := range walk.found {
		for _, f := range batch {
			seen = append(seen, f.path)
			stamp, ok := b.stamps[f.path]
			if ok {
				known++
			}
			if stamp != f.stamp {
				r.add(f)
			}
		}
	}
	if walk.err != nil {
		return nil, walk.err
	}
	if known == len(b.stamps) {
		return nil, nil
	}
	slices.Sort(seen)
	for path := range b.stamps {
		if _, here := slices.BinarySearch(seen, path); !here && !walk.hides(path) {
			gone = append(gone, path)
		}
	}
	return gone, nil
}

// found is a file, and its stamp when a walk or a look found it.
type found struct {
	path  string
	stamp stamp
}

// walk is a walk over all files. It sends them in batches on found; once that is
// closed, the other fields hold.
type walk struct {
	found  chan []found
	hidden []string // files, and folders with all below them, that could not be looked at
	err    error
}

func (w *walk) run(ctx context.Context, b *Builder) {
	defer close(w.found)
	const size = 256
	batch := make([]found, 0, size)
	for f, err := range b.src.Files(ctx) {
		if err != nil {
			if w.err = ctx.Err(); w.err == nil && f.Path == "." {
				w.err = err
			}
			if w.err != nil {
				return
			}
			w.hidden = append(w.hidden, f.Path)
			b.opt.Logger.Warn("cannot look into a folder; its articles stay", "path", f.Path, "err", err)
			continue
		}
		if !b.opt.Parser.Wants(f.Path) {
			continue
		}
		if batch = append(batch, found{f.Path, stampOf(f.Stamp)}); len(batch) == size {
			w.found <- batch
			batch = make([]found, 0, size)
		}
	}
	w.found <- batch
}

func (w *walk) hides(path string) bool {
	return slices.ContainsFunc(w.hidden, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") })
}
