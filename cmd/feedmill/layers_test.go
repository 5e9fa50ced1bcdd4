package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers says which of our packages each package may import. Imports point
// down this list; the packages that only serve one row stand below it.
var layers = []struct {
	pkg string
	may []string
}{
	{"cmd/feedmill", []string{"config", "watcher", "feeds", "feeds/document", "feeds/article", "feeds/catalog", "feeds/builder", "feeds/ledger", "feeds/articlecache", "feeds/opml", "feeds/site", "feeds/server", "feeds/front", "feeds/status", "feeds/stats", "feeds/export", "feeds/backup"}},
	{"config", []string{"feeds"}},
	{"feeds/builder", []string{"feeds", "feeds/mix", "feeds/document", "feeds/article", "feeds/ledger", "feeds/articlecache", "feeds/catalog", "feeds/rss", "feeds/atom", "feeds/jsonfeed", "watcher"}},
	{"feeds/status", []string{"feeds", "feeds/document", "feeds/site", "feeds/front", "feeds/stats", "feeds/internal/client"}},
	{"feeds/server", []string{"feeds", "feeds/document", "feeds/site", "feeds/front", "feeds/internal/client"}},
	{"feeds/site", []string{"feeds", "feeds/mix", "feeds/document"}},
	{"feeds/stats", []string{"feeds", "feeds/internal/packed"}},
	{"feeds/backup", nil},
	{"feeds/export", nil},
	{"feeds/catalog", []string{"feeds", "feeds/article"}},
	{"feeds/articlecache", []string{"feeds", "feeds/article", "feeds/internal/packed", "feeds/internal/regular"}},
	{"feeds/ledger", []string{"feeds", "feeds/ledger/internal/*", "feeds/internal/packed", "feeds/internal/regular"}},
	{"feeds/ledger/internal/*", nil},
	{"feeds/article", []string{"feeds", "feeds/article/internal/*", "feeds/internal/packed"}},
	{"feeds/article/internal/body", []string{"feeds", "feeds/article/internal/address"}},
	{"feeds/article/internal/*", []string{"feeds"}},
	{"feeds/rss", []string{"feeds", "feeds/internal/*"}},
	{"feeds/atom", []string{"feeds", "feeds/internal/*"}},
	{"feeds/jsonfeed", []string{"feeds", "feeds/internal/*"}},
	{"feeds/opml", []string{"feeds", "feeds/document", "feeds/internal/*"}},
	{"feeds/internal/feedtest", []string{"feeds", "feeds/document", "feeds/internal/*"}},
	{"feeds/internal/client", []string{"feeds/front"}},
	{"feeds/internal/*", []string{"feeds", "feeds/internal/*"}},
	{"feeds/front", nil},
	{"feeds/document", []string{"feeds", "feeds/mix"}},
	{"feeds/mix", []string{"feeds"}},
	{"watcher", nil},
	{"feeds", nil},
}

func TestLayers(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") { // which is of tests
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		files++
		rel, _ := filepath.Rel(root, filepath.Dir(file))
		pkg := filepath.ToSlash(rel)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range parsed.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			if ours, ok := strings.CutPrefix(name, "feedmill/"); ok && !allowed(pkg, ours) {
				t.Errorf("%s imports %s: the layers do not allow it", file, ours)
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files read: %v", files, err)
	}
}

func allowed(pkg, imported string) bool {
	for _, l := range layers {
		if ok, _ := path.Match(l.pkg, pkg); ok {
			return slices.ContainsFunc(l.may, func(p string) bool { ok, _ := path.Match(p, imported); return ok })
		}
	}
	return false
}

// TestRoot holds the root of the project to what belongs there.
func TestRoot(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains([]string{"cmd", "feeds", "watcher", "config", "go.mod", "go.sum", "README.md"}, e.Name()) {
			t.Errorf("%s does not belong at the root", e.Name())
		}
	}
}
