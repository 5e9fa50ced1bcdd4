package watcher

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
)

// A named pipe is not opened, because that would wait for its writer.
func TestPipe(t *testing.T) {
	root := makeTree(t, "a.md")
	w := idle(t, root, Options{})
	check(t, syscall.Mkfifo(filepath.Join(root, "pipe.md"), 0o644))
	if _, _, err := w.ReadFile("pipe.md", nil, 9); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read of a pipe: %v", err)
	}
	if got := files(t, w); len(got) != 1 || got[0] != "a.md" {
		t.Errorf("files %q, want only a.md", got)
	}
}
