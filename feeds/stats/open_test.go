package stats

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// logged calls New and returns what it logs.
func logged(folder string) (*Recorder, string) {
	var log bytes.Buffer
	return New(Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(&log, nil))}), log.String()
}

// TestWithoutFolder: polls are counted also where there is no folder to write to.
func TestWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"", filepath.Join(file, "state")} {
		r, log := logged(folder)
		if (log != "") != (folder != "") || folder != "" && !strings.Contains(log, "kept in memory") {
			t.Errorf("folder %q: logged %q", folder, log)
		}
		now := time.Now()
		a := whole(netNewsWireAgent, home, now)
		r.Record(a)
		r.drain(now)
		r.beginDay(dayOf(now) + 1)
		if days := r.Feed(election, now, now.AddDate(0, 0, 1)); len(days) != 2 || days[0].Subscribers != 1 || days[1].Polls != 0 {
			t.Errorf("folder %q: %+v", folder, days)
		}
		r.Close()
	}
}

// TestTwoProcesses: of two recorders of one folder the second counts in memory.
func TestTwoProcesses(t *testing.T) {
	folder := t.TempDir()
	first, log := logged(folder)
	defer first.Close()
	if log != "" {
		t.Errorf("logged %q", log)
	}
	second, log := logged(folder)
	defer second.Close()
	if !strings.Contains(log, "another feedmill") || second.path != "" {
		t.Errorf("logged %q", log)
	}
}

// TestDamage: a damaged file is replaced and a warning logged; the other file is kept.
func TestDamage(t *testing.T) {
	for _, c := range []struct {
		file, want string
		harm       func(content []byte) []byte
	}{
		{"stats.db", "damaged and begin anew", func(b []byte) []byte { return b[:0x1800] }},
		{"stats.db", "damaged and begin anew", func(b []byte) []byte { return bytes.Repeat([]byte("not a database "), 10_000) }},
		{"stats.db", "damaged and begin anew", func(b []byte) []byte {
			for i := 0x2000; i < len(b); i++ {
				b[i] ^= 0x5a
			}
			return b
		}},
		{"stats.today", "begin anew", func(b []byte) []byte { return b[:len(b)/2] }},
		{"stats.today", "begin anew", func([]byte) []byte { return nil }},
		{"stats.today", "begin anew", func(b []byte) []byte { return bytes.Replace(b, []byte(`"version":1`), []byte(`"version":9`), 1) }},
		{"stats.today", "a day to come", func(b []byte) []byte { return bytes.Replace(b, []byte(`"date":`), []byte(`"date":9`), 1) }},
	} {
		folder := t.TempDir()
		now := time.Now()
		r, _ := logged(folder)
		r.history.put(busyDay(dayOf(now) - 1))
		a := whole(netNewsWireAgent, home, now)
		r.Record(a)
		r.Close()
		path := filepath.Join(folder, c.file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, c.harm(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r, log := logged(folder)
		if !strings.Contains(log, c.want) {
			t.Errorf("%s: logged %q", c.file, log)
		}
		r.Record(a)
		r.drain(now)
		days := r.Site(now.AddDate(0, 0, -1), now)
		if days[1].Polls == 0 || c.file == "stats.today" && (days[0].Polls == 0 || days[1].Polls != 1) || c.file == "stats.db" && (days[0].Polls != 0 || days[1].Polls != 2) {
			t.Errorf("%s: %d polls yesterday, %d today", c.file, days[0].Polls, days[1].Polls)
		}
		r.Close()
		if r, log = logged(folder); log != "" {
			t.Errorf("%s: logged again: %q", c.file, log)
		}
		r.Close()
	}
}

// TestTornWhileOpen: a file that is cut off while it is open costs figures, not the
// program.
func TestTornWhileOpen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what other systems do about a torn mapped file is not known")
	}
	folder := t.TempDir()
	now := time.Now()
	var log bytes.Buffer
	r := New(Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	defer r.Close()
	for i := range date(30) {
		r.history.put(busyDay(dayOf(now) - 1 - i))
	}
	if err := r.history.flush(dayOf(now)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(folder, "stats.db"), 4096); err != nil {
		t.Fatal(err)
	}
	if days := r.Site(now.AddDate(0, 0, -10), now); len(days) != 11 {
		t.Errorf("%d days", len(days))
	}
	if !strings.Contains(log.String(), "cannot be read") {
		t.Errorf("logged %q", log.String())
	}
	r.history.put(busyDay(dayOf(now) - 1))
	if err := r.history.flush(dayOf(now)); err != nil {
		t.Error(err)
	}
	if days := r.Site(now.AddDate(0, 0, -1), now); days[0].Polls == 0 {
		t.Error("what could not be written is lost")
	}
}

// TestForeignToday: what is no file of today's figures is not read, however large.
func TestForeignToday(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stats.today")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxToday+1); err != nil {
		t.Fatal(err)
	}
	if _, err := readDay(path); !errors.Is(err, errToday) || !strings.Contains(err.Error(), "at most 64 MiB") {
		t.Errorf("%v", err)
	}
}
