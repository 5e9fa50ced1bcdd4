package ledger

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// TestCopyInQuietTime: the copy is made once nothing was written for a while, at the
// latest some time after a change, and at the end; it is as good as the file.
func TestCopyInQuietTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.db")
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		change := func() {
			n++
			if _, err := l.Note(time.Now(), []Article{{Path: fmt.Sprint(n, ".md"), ID: fmt.Sprint("urn:x:", n)}}, nil); err != nil {
				t.Error(err)
			}
		}
		current := func() bool {
			synctest.Wait()
			s, err := readSummary(l.copyFile())
			return err == nil && s == l.sum
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.Run(ctx) }()
		change()
		time.Sleep(quietTime - time.Second)
		if change(); current() {
			t.Error("a copy is made at once")
		}
		time.Sleep(quietTime - time.Second)
		if current() {
			t.Error("a copy is made although there was a change")
		}
		time.Sleep(2 * time.Second)
		if !current() {
			t.Error("no copy is made in quiet time")
		}
		before := n
		for since := time.Duration(0); since < copyTime+quietTime; since += quietTime / 2 {
			change()
			time.Sleep(quietTime / 2)
		}
		synctest.Wait()
		if s, err := readSummary(l.copyFile()); err != nil || s.parts[partOf(bucketLive)].count <= uint64(before) {
			t.Errorf("no copy is made while changes follow each other: %+v, %v", s, err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		change()
		last := l.sum
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if s, err := readSummary(file + copySuffix); err != nil || s != last {
			t.Errorf("no copy is made at the end: %v", err)
		}
		if err := Check(file + copySuffix); err != nil {
			t.Error(err)
		}
	})
}

// TestCopyOfDamaged: what the file is damaged in never takes the place of a sound copy.
func TestCopyOfDamaged(t *testing.T) {
	d := newDamagedLedger(t)
	file := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(file, d.file, 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.copyFile(), d.staleCopy, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := overwrite(file, int64(len(d.file)/2), len(d.file)/2); err != nil {
		t.Fatal(err)
	}
	if err := l.makeCopy(t.Context()); err == nil {
		t.Error("a damaged file is copied")
	}
	if !bytes.Equal(read(t, l.copyFile()), d.staleCopy) {
		t.Error("the sound copy was replaced")
	}
	if glob(file+".damaged-*") == nil {
		t.Error("the damaged file is still in use")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := Check(file); err != nil {
		t.Error(err)
	}
}
