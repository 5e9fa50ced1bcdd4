package regular

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestObstructed opens what is no file: each is known as that, and none is waited for.
func TestObstructed(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, make := range map[string]func(string) error{
		"folder": func(p string) error { return os.Mkdir(p, 0o777) },
		"pipe":   func(p string) error { return syscall.Mkfifo(p, 0o666) },
		"loop":   func(p string) error { return os.Symlink(p, p) },
		"astray": func(p string) error { return os.Symlink(at("no/where"), p) },
	} {
		if err := make(at(name)); err != nil {
			t.Fatal(err)
		}
		for _, how := range []int{os.O_RDONLY, os.O_RDWR | os.O_CREATE} {
			f, err := OpenFile(at(name), how, 0o666)
			if f != nil || !Obstructed(at(name), err) {
				t.Errorf("%s: opened %v, error %v", name, f != nil, err)
			}
		}
	}
	if err := os.WriteFile(at("file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := Open(at("file"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for _, name := range []string{"none", "none/below", "file/below"} {
		if _, err := Open(at(name)); err == nil || Obstructed(at(name), err) {
			t.Errorf("%s: error %v counts as an obstruction", name, err)
		}
	}
}
