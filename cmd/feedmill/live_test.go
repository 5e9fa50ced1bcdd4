package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// live is "feedmill serve" within the test's own process.
type live struct {
	tb   testing.TB
	base string // of the address it listens on
	log  *output
}

// serveLive runs serve until the test ends, and waits until it is ready.
func serveLive(tb testing.TB, args ...string) *live {
	tb.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	l := &live{tb: tb, log: &output{}}
	done := make(chan int, 1)
	go func() {
		args := append([]string{"serve", "--listen", "127.0.0.1:0", "--state", filepath.Join(tb.TempDir(), "state")}, args...)
		done <- Run(ctx, args, w, l.log)
		w.Close()
	}()
	tb.Cleanup(func() {
		stop()
		if code := <-done; code != exitFine {
			tb.Errorf("serve ended with %d:\n%s", code, l.log)
		}
	})
	out := bufio.NewReader(r)
	if _, err := out.ReadString('\n'); err != nil {
		tb.Fatalf("serve printed no base URL: %v\n%s", err, l.log)
	}
	go io.Copy(io.Discard, out)
	if !poll(func() bool { return listening.MatchString(l.log.String()) }) {
		tb.Fatalf("serve names no address:\n%s", l.log)
	}
	l.base = "http://" + listening.FindStringSubmatch(l.log.String())[1] + "/"
	if !poll(func() bool { status, _ := l.get("/readyz"); return status == http.StatusOK }) {
		tb.Fatalf("serve is never ready:\n%s", l.log)
	}
	return l
}

// get fetches an escaped path below the base URL; status 0 says that nothing answered.
func (l *live) get(path string) (status int, body []byte) {
	res, err := plain.RoundTrip(must(http.NewRequest(http.MethodGet, l.base+strings.TrimPrefix(path, "/"), nil)))
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, body
}

// fetch is get for what must be there.
func (l *live) fetch(path string) ([]byte, error) {
	status, body := l.get(path)
	if status != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", path, status)
	}
	return body, nil
}

// must is for what fails only if the test itself is wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// replace puts content in the place of a file in one step, as editors do.
func replace(file string, content []byte) error {
	next := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+"~")
	if err := os.WriteFile(next, content, 0o666); err != nil {
		return err
	}
	return os.Rename(next, file)
}
