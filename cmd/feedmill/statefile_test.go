package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/status"
)

// A file in the state folder that feedmill has not written costs no memory and stops
// nobody.
func TestReadState(t *testing.T) {
	none := errors.New("none")
	for want, put := range map[string]func(file string) error{
		"none": func(string) error { return nil },
		"read held.json: it is larger than 64 KiB: feedmill did not write it, so remove it": func(file string) error {
			return os.WriteFile(file, bytes.Repeat([]byte(" "), maxState+1), 0o666)
		},
		"read held.json: it is no regular file: remove it": func(file string) error { return syscall.Mkfifo(file, 0o666) },
	} {
		state := t.TempDir()
		if err := put(filepath.Join(state, heldFile)); err != nil {
			t.Fatal(err)
		}
		if _, err := readState[feeds.Hold](state, heldFile, none); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestEndlessAnswer: what answers instead of serve is not read for ever.
func TestEndlessAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, zeros{})
	}))
	defer s.Close()
	_, err := runningServe{URL: s.URL + "/"}.ask(t.Context())
	if err == nil || !strings.Contains(err.Error(), "it is larger than 65536 KiB") {
		t.Errorf("%v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestManyProblemsArePrinted(t *testing.T) {
	s := &status.Status{}
	s.Problems = make([]string, maxPrinted+20)
	var b strings.Builder
	if err := printStatus(&b, s, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "and 20 more: feedmill check names them all") {
		t.Errorf("%s", b.String())
	}
}
