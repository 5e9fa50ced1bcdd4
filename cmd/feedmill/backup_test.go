package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feedmill/feeds/article"
	"feedmill/feeds/articlecache"
	"feedmill/feeds/backup"
	"feedmill/feeds/ledger"
)

// TestBackupDiskFull leaves nothing of a backup that could not be written, and the one
// before as it was.
func TestBackupDiskFull(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "site.tar.gz")
	write := func(pack func(io.Writer) error) error { _, err := writeBackup(file, pack); return err }
	good := func(w io.Writer) error {
		return backup.Write(w, backup.About{}, []backup.File{{Name: ledgerName, Size: 3, Content: strings.NewReader("ids")}})
	}
	for _, before := range []string{"", "good"} {
		if before != "" {
			if err := write(good); err != nil {
				t.Fatal(err)
			}
		}
		for name, bad := range map[string]func(io.Writer) error{
			"full":      func(w io.Writer) error { good(w); return &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC} },
			"cut short": func(w io.Writer) error { _, err := w.Write(make([]byte, 100)); return err },
		} {
			err := write(bad)
			if err == nil || !strings.HasPrefix(err.Error(), "nothing was backed up: ") || name == "full" && !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s: %v", name, err)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
			if n := len(files) + len(hidden); before == "" && n != 0 || before != "" && (n != 1 || unpackInto(t, file) != nil) {
				t.Errorf("%s leaves %q, %q", name, files, hidden)
			}
		}
	}
}

// unpackInto unpacks a backup and returns the error.
func unpackInto(t *testing.T, file string) error {
	_, err := unpackState(file, t.TempDir())
	return err
}

// TestBackupWhileChanging makes backups while articles change: each is whole and sound,
// and its cache is of its ledger and never newer.
func TestBackupWhileChanging(t *testing.T) {
	site, state := t.TempDir(), filepath.Join(t.TempDir(), "state")
	write := func(i, n int) {
		text := fmt.Sprintf("---\ntitle: T%d %d\ntopics: [a]\n---\nText %d of %d.\n", i, n, n, i)
		if err := os.WriteFile(filepath.Join(site, fmt.Sprintf("%d.md", i)), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		write(i, 0)
	}
	serveLive(t, "--state", state, site)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
				write(n%30, n)
			}
		}
	}()
	for i := range 12 {
		file := filepath.Join(t.TempDir(), "b.tar")
		var log output
		if code := Run(t.Context(), []string{"backup", file, site, "--state", state}, &log, &log); code != exitFine {
			t.Fatalf("backup ends with %d: %s", code, log.String())
		}
		dir := t.TempDir()
		if _, err := unpackState(file, dir); err != nil {
			t.Fatal(err)
		}
		for _, p := range checkFiles(dir) {
			t.Errorf("backup %d: %v", i, p)
		}
		l, err := ledger.Open(filepath.Join(dir, ledgerName))
		if err != nil {
			t.Fatal(err)
		}
		c, err := articlecache.Open(dir, l)
		if err != nil {
			t.Fatal(err)
		}
		r := c.Use(&article.BodyStore{}, articlecache.Fingerprint{}).Restore()
		if len(r.Entries) < 30 || r.Relation != articlecache.Equal && r.Relation != articlecache.Later {
			t.Errorf("backup %d has %d entries, relation %d", i, len(r.Entries), r.Relation)
		}
		c.Close()
		l.Close()
	}
	close(stop)
	<-stopped
}

// TestControlKey answers nobody who does not know the key.
func TestControlKey(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	serveLive(t, "--state", state, t.TempDir())
	running, err := readState[runningServe](state, runningFile, errNotRunning)
	if err != nil || running.Control == "" {
		t.Fatalf("%+v, %v", running, err)
	}
	for _, key := range []string{"", "x", running.Key + "x"} {
		other := runningServe{Control: running.Control, Key: key}
		if _, err := other.command(t.Context(), controlBackup); !errors.Is(err, errNotRunning) {
			t.Errorf("with the key %q: %v", key, err)
		}
	}
	if (runningServe{}).knows("Bearer ") {
		t.Error("an empty key opens")
	}
}
