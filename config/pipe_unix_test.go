//go:build unix

package config

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe in the place of a folder of topics counts as none. To open it must not wait for
// somebody who writes to it.
func TestPipeOfTopics(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_config.yml"), []byte("title: a"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "_data"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "_data", "topics"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, "", Names{}); err != nil {
		t.Error(err)
	}
}
