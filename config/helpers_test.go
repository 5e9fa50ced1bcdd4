package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// dump shows how a Config differs from that of an empty folder, or the problems.
func dump(t *testing.T, dir string, c *Config, err error) []byte {
	t.Helper()
	if err != nil {
		return []byte(strings.ReplaceAll(message(err), filepath.ToSlash(dir), "DIR") + "\n")
	}
	l, lerr := newLoader(dir)
	if lerr != nil {
		t.Fatal(lerr)
	}
	l.Collections = nil
	shown := difference(tree(t, &l.Config), tree(t, c)).(map[string]any)
	if c.Site.TimeZone.String() != "UTC" {
		shown["Zone"] = c.Site.TimeZone.String()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(shown); err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte(dir), []byte("DIR"))
}

func tree(t *testing.T, c *Config) any {
	t.Helper()
	out, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func difference(old, now any) any {
	a, ok1 := old.(map[string]any)
	b, ok2 := now.(map[string]any)
	if !ok1 || !ok2 {
		return now
	}
	d := map[string]any{}
	for k, v := range b {
		if !reflect.DeepEqual(a[k], v) {
			d[k] = difference(a[k], v)
		}
	}
	return d
}

func message(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		write(t, file, got)
	}
	if want := read(t, file); !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

func unpack(t *testing.T, file string) string {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "my-site")
	for _, f := range archive.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		mkdir(t, filepath.Dir(path), "")
		write(t, path, f.Data)
	}
	return dir
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s finds nothing: %v", pattern, err)
	}
	return files
}

func mkdir(t testing.TB, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t testing.TB, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// known is what settings in tests refer to.
var known = Names{
	Fields:       []string{"title", "excerpt", "category"},
	Placeholders: []string{"path", "slug", "title", "categories", "year", "month", "day"},
}
