package export

import (
	"errors"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk limits the size of files, so that writes fail as on a full disk.
func TestFullDisk(t *testing.T) {
	dest := t.TempDir()
	run(t, dest, file{name: "a", body: "old"}, file{name: "b", body: "old"})

	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1000, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	_, err := Write(t.Context(), dest, slices.Values([]file{{name: "a", body: strings.Repeat("new", 1000)}, {name: "b", body: "new"}}))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "write a:") {
		t.Errorf("error %v", err)
	}
	wantTree(t, dest, map[string]string{"a": "old", "b": "old"})
}
