package stats

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// KeepPlace writes the files of the state folder anew where somebody has deleted them or
// put others in their places, so that the figures of this process outlive it. A file that
// was put in the place of stats.db keeps a name with the time now.
func (r *Recorder) KeepPlace(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.path == "" || r.history.db == nil {
		return
	}
	if there, err := os.Stat(r.path); err != nil || r.written == nil || !os.SameFile(r.written, there) {
		r.saved = -2 // so that save writes it
	}
	aside, err := r.history.keepPlace(now)
	if err != nil {
		r.log.Warn("figures of subscribers are not in their place; the next scan tries again", "err", err)
	}
	if aside != "" {
		r.log.Warn("somebody has put another file in the place of the figures of subscribers; it is put aside", "path", aside)
	}
	r.save()
}

// keepPlace sees to it that the file at the path is the one that is open. It returns
// where another one was put.
func (h *history) keepPlace(now time.Time) (aside string, err error) {
	path := h.db.Path()
	own, err := h.file.Stat()
	if err != nil {
		return "", err
	}
	there, err := os.Stat(path)
	switch {
	case err == nil && os.SameFile(own, there):
		return "", nil
	case err == nil:
		aside = path + ".replaced-" + now.UTC().Format("20060102T150405Z")
		if err := os.Rename(path, aside); err != nil {
			return "", err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return aside, err
	}
	if err := h.copyTo(path + newSuffix); err != nil {
		os.Remove(path + newSuffix)
		return aside, fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(guarded(h.db.Close), os.Rename(path+newSuffix, path)); err != nil {
		return aside, err
	}
	h.db, h.file, err = openHistory(path)
	return aside, err
}

// copyTo makes a file of the days that have ended.
func (h *history) copyTo(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = h.use(func(db *bbolt.DB) error {
		return db.View(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(struct{ *os.File }{f}); return err })
	})
	return errors.Join(err, f.Sync(), f.Close())
}
