package stats

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMidnightOnFullDisk: the key of a day is deleted when the day ends, also where
// the next day cannot be written; the figures of the day are kept.
func TestMidnightOnFullDisk(t *testing.T) {
	folder := t.TempDir()
	var log bytes.Buffer
	r := New(Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	now := time.Now()
	a := whole(netNewsWireAgent, home, now)
	r.Record(a)
	r.drain(now)
	r.mu.Lock()
	r.save()
	r.mu.Unlock()
	key, today := base64.StdEncoding.EncodeToString(r.today.key[:]), filepath.Join(folder, "stats.today")
	holdsKey := func() bool {
		content, _ := os.ReadFile(today)
		return bytes.Contains(content, []byte(key))
	}
	if !holdsKey() {
		t.Fatal("the key is not in the file, so a restart counts twice")
	}
	if err := os.Mkdir(today+newSuffix, 0o777); err != nil { // so that the file cannot be written
		t.Fatal(err)
	}
	r.drain(now.AddDate(0, 0, 1))
	if holdsKey() {
		t.Error("yesterday's key is still there")
	}
	if !strings.Contains(log.String(), "not written") {
		t.Errorf("logged %q", log.String())
	}
	if err := os.Remove(today + newSuffix); err != nil {
		t.Fatal(err)
	}
	r.Close()
	r = New(Options{Folder: folder})
	defer r.Close()
	if n := r.Site(now, now)[0].Subscribers; n != 1 {
		t.Errorf("%d subscribers yesterday", n)
	}
}
