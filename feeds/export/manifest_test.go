package export

import (
	"os"
	"path/filepath"
	"testing"
)

// TestForeignManifest: what is no manifest is not read, however large it is.
func TestForeignManifest(t *testing.T) {
	for name, put := range map[string]func(file string) error{
		"a large file": func(file string) error {
			if err := os.WriteFile(file, nil, 0o666); err != nil {
				return err
			}
			return os.Truncate(file, maxManifest+1)
		},
		"a folder": func(file string) error { return os.Mkdir(file, 0o777) },
	} {
		dir := t.TempDir()
		if err := put(filepath.Join(dir, manifestName)); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		want := ".feedmill-files.json is no regular file of at most 67108864 bytes, so export did not write it: empty the folder"
		if _, err := readManifest(root); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
