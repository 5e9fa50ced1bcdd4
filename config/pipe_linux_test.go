package config

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe that nobody writes to would hold a reader for ever.
func TestPipesAndDevices(t *testing.T) {
	for _, name := range []string{FileName, "_config.yml", "hugo.toml"} {
		dir := t.TempDir()
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(dir, "", known)
		if err == nil || !strings.HasSuffix(err.Error(), name+": cannot be read: it is a pipe or device") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(t.TempDir(), "/dev/zero", known); err == nil || err.Error() != "/dev/zero: cannot be read: it is a pipe or device" {
		t.Errorf("/dev/zero: %v", err)
	}
}
