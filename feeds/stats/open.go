package stats

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// open reads what an earlier process left in folder, and begins today.
func (r *Recorder) open(folder string, today date) {
	r.history = &history{memory: map[date]endedDay{}}
	r.today = newDay(today)
	r.saved = -1
	if folder == "" {
		return
	}
	db, file, err := r.openFile(folder)
	if err != nil {
		r.log.Warn("figures of subscribers are kept in memory and end with the program", "err", withAdvice(err))
		return
	}
	r.history.db, r.history.file = db, file
	r.path = filepath.Join(folder, todayName)
	os.Remove(r.path + newSuffix) // left by a process that was killed while it wrote
	r.resume(today)
	r.save()
}

// openFile opens the file of the days that have ended. A damaged file is renamed
// and replaced by an empty one.
func (r *Recorder) openFile(folder string) (*bbolt.DB, *os.File, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(folder, historyFile)
	db, file, err := openHistory(path)
	if err == nil || !isDamage(err) {
		return db, file, err
	}
	if e := os.Rename(path, path+damagedSuffix); e != nil {
		return nil, nil, errors.Join(err, e)
	}
	r.log.Warn("figures of subscribers are damaged and begin anew; feeds are not concerned", "path", path, "moved", path+damagedSuffix, "err", err)
	return openHistory(path)
}

// resume continues the day in stats.today, or ends it if it is over.
func (r *Recorder) resume(today date) {
	d, err := readDay(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		r.log.Warn("today's figures of subscribers cannot be read and begin anew; feeds are not concerned", "path", r.path, "err", err)
	case d.date > today+1:
		r.log.Warn("figures of subscribers of a day to come are left out: has the clock been wrong?", "path", r.path, "day", d.date.String())
	case d.date < today:
		r.history.put(d)
	default:
		r.today = d
		r.saved = d.answers
	}
}

const damagedSuffix = ".damaged"

// withAdvice adds to err what an operator can do about it.
func withAdvice(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("another feedmill counts in the same folder: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: make the folder writable, or name another with --state", err)
	}
	return err
}
