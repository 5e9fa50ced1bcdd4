package stats

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"
)

// Names of the files in the state folder.
const (
	historyFile = "stats.db"
	todayName   = "stats.today"
)

// FileNames are the names of a Recorder's files in the state folder.
func FileNames() []string { return []string{historyFile, todayName} }

// CopyTo writes what the files of the state folder would hold now: the days that have
// ended to history, today to today. Nobody who polls waits for it. Where figures are
// kept in memory alone, it writes nothing.
func (r *Recorder) CopyTo(history, today io.Writer) error {
	r.mu.Lock()
	r.save()
	db := r.history.db
	content, err := r.today.content()
	r.mu.Unlock()
	if err != nil || db == nil {
		return err
	}
	err = guarded(func() error {
		return db.View(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(struct{ io.Writer }{history}); return err })
	})
	if err == nil {
		_, err = today.Write(content)
	}
	return err
}

// Check reads the figures that a Recorder has on disk and reports what is damaged.
func (r *Recorder) Check() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.history.db == nil {
		return nil
	}
	return r.history.use(func(db *bbolt.DB) error { return db.View(checkRecords) })
}

// Check reads the figures in a state folder that no Recorder uses and reports what is
// damaged, by the name of the file. It changes nothing.
func Check(folder string) map[string]error {
	all := map[string]error{}
	if file := filepath.Join(folder, historyFile); exists(file) {
		all[historyFile] = guarded(func() error {
			db, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: openTimeout, ReadOnly: true})
			if err != nil {
				return err
			}
			defer db.Close()
			return db.View(checkRecords)
		})
	}
	if file := filepath.Join(folder, todayName); exists(file) {
		_, all[todayName] = readDay(file)
	}
	maps.DeleteFunc(all, func(_ string, err error) bool { return err == nil })
	return all
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return !errors.Is(err, os.ErrNotExist)
}

// content is that of the file for the day.
func (d *day) content() ([]byte, error) {
	file := todayFile{Version: 1, Date: d.date, Key: d.key[:], Answers: d.answers}
	for _, k := range slices.SortedFunc(maps.Keys(d.tallies), compareKeys) {
		file.Feeds = append(file.Feeds, d.tallies[k].file(k))
	}
	return json.Marshal(file)
}
