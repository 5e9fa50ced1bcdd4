package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"feedmill/feeds/articlecache"
	"feedmill/feeds/backup"
	"feedmill/feeds/ledger"
	"feedmill/feeds/stats"
)

// ledgerName is the name of the ledger in the state folder.
const ledgerName = "ledger.db"

// backedUp are the names of the files that a backup has, in the order in which restore
// puts them back: the ledger comes last, because a cache that is older than its ledger
// does no harm. serve.json is not among them, which has a key that ends with its process.
var backedUp = append(append(articlecache.FileNames(), stats.FileNames()...), heldFile, acceptedFile, ledgerName)

// stateFiles are the files of a backup while it is made.
type stateFiles struct {
	files []backup.File
	open  []io.Closer
	temp  string // folder for copies
}

// add adds a file whose first size bytes content yields.
func (f *stateFiles) add(name string, size int64, content io.Reader) {
	f.files = append(f.files, backup.File{Name: name, Size: size, Content: content})
}

// addCopy adds what write writes, which is kept in a file that has no name any more.
func (f *stateFiles) addCopy(name string, write func(io.Writer) error) error {
	t, err := os.CreateTemp(f.temp, "backup-*.tmp")
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	os.Remove(t.Name()) // where an open file can't be removed, close does it
	f.open = append(f.open, t)
	if err := write(t); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	size, err := t.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	if size > 0 {
		f.add(name, size, io.NewSectionReader(t, 0, size))
	}
	return nil
}

// addFile adds a file of the state folder as it is, if it is there.
func (f *stateFiles) addFile(state, name string) error {
	file, err := openRegular(filepath.Join(state, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f.open = append(f.open, file)
	info, err := file.Stat()
	if err == nil {
		f.add(name, info.Size(), io.NewSectionReader(file, 0, info.Size()))
	}
	return err
}

// write writes a backup of the files.
func (f *stateFiles) write(w io.Writer, folder string) error {
	return backup.Write(w, backup.About{Made: time.Now().UTC().Truncate(time.Second), Version: version(), Folder: folder}, f.files)
}

func (f *stateFiles) close() {
	for _, c := range f.open {
		c.Close()
		if t, ok := c.(*os.File); ok && filepath.Ext(t.Name()) == ".tmp" {
			os.Remove(t.Name())
		}
	}
}

// stateNow is the state of this process at one moment between two rounds. Where the
// cache lags behind the ledger, that is as after a kill.
func (s *serve) stateNow() (files *stateFiles, err error) {
	b := s.current.Load()
	if b == nil {
		return nil, errors.New("the first scan is running: try again when it is done")
	}
	if !s.ledger.Lasting() {
		return nil, errors.New("the state folder cannot be written, so there is nothing to back up: see the log of serve")
	}
	files = &stateFiles{temp: s.state}
	defer func() {
		if err != nil {
			files.close()
		}
	}()
	err = b.BetweenRounds(func() error {
		cached := s.cache.Files() // before the ledger, which may be the newer one
		for _, name := range slices.Sorted(maps.Keys(cached)) {
			files.add(name, cached[name].Size(), cached[name])
		}
		return files.addCopy(ledgerName, s.ledger.CopyTo)
	})
	if err == nil {
		var today bytes.Buffer
		history, day := stats.FileNames()[0], stats.FileNames()[1]
		err = files.addCopy(history, func(w io.Writer) error { return s.figures.CopyTo(w, &today) })
		if today.Len() > 0 {
			files.add(day, int64(today.Len()), &today)
		}
	}
	for _, name := range []string{heldFile, acceptedFile} {
		if err == nil {
			err = files.addFile(s.state, name)
		}
	}
	return files, err
}

// stateAtRest is the state in a folder that no process uses; the ledger stays locked
// until it is closed.
func stateAtRest(cfg *settings) (files *stateFiles, err error) {
	l, err := ledger.OpenReadOnly(ledgerFile(cfg))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no state in %s, so there is nothing to back up", cfg.State)
	}
	if err != nil {
		return nil, err
	}
	files = &stateFiles{open: []io.Closer{l}}
	if err = files.addCopy(ledgerName, l.CopyTo); err == nil {
		for _, name := range backedUp {
			if err == nil && name != ledgerName {
				err = files.addFile(cfg.State, name)
			}
		}
	}
	if err != nil {
		files.close()
	}
	return files, err
}
