package config

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"feedmill/feeds"
)

// FuzzLoad reads any bytes as settings: the outcome is a Config that holds
// together, or problems that say where.
func FuzzLoad(f *testing.F) {
	for _, file := range glob(f, "testdata/*.yml") {
		f.Add(read(f, file))
	}
	for _, s := range shapes {
		f.Add([]byte(s.make(600)))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := newLoader(dir)
		if err != nil {
			t.Fatal(err)
		}
		before := allocated()
		s := &source{path: FileName, text: bytes.TrimPrefix(text, []byte("\ufeff")), report: l.report, skip: l.skip}
		if root, ok := s.parse(); ok {
			readGroup(root, settings, l)
		}
		l.finish()
		if cost := allocated() - before; cost > uint64(allocatedBesides+allocatedForEach*len(text)) {
			t.Errorf("%d bytes: %d allocated", len(text), cost)
		}
		for _, p := range l.problems {
			if p.Path == "" || p.Message == "" || p.Line < 1 && p.Field != "" || strings.Contains(p.Message, "yaml.") {
				t.Errorf("problem without place or words: %+v", p)
			}
		}
		if len(l.problems) == 0 {
			holds(t, &l.Config)
		}
	})
}

func holds(t *testing.T, c *Config) {
	t.Helper()
	switch {
	case c.Listen == "", c.State == "", c.Site.Title == "", c.Site.TimeZone == nil, len(c.Collections) == 0:
		t.Errorf("incomplete: %+v", c)
	case c.Site.BaseURL != "" && !strings.HasSuffix(c.Site.BaseURL, "/"), c.Site.HomeURL != "" && !strings.HasSuffix(c.Site.HomeURL, "/"):
		t.Errorf("no final slash: %q, %q", c.Site.BaseURL, c.Site.HomeURL)
	case c.Watch.ScanInterval < minScanInterval:
		t.Errorf("scan interval %s", c.Watch.ScanInterval)
	}
	for _, topic := range append(c.Topics, Topic{KnownTopic: feeds.KnownTopic{Name: "any"}}) {
		for _, k := range feeds.Kinds {
			if l := c.Limits(k, topic.Name); topic.Name == "" || l.Items < 1 || l.MaxAge < 0 || l.MaxBytes < minBytes {
				t.Errorf("limits of %s %q: %+v", k, topic.Name, l)
			}
		}
	}
}

// FuzzSite reads any bytes as the settings of a site, each language in turn.
func FuzzSite(f *testing.F) {
	names := []string{"_config.yml", "hugo.toml", "hugo.yaml", "hugo.json", "_data/topics.yml"}
	for _, file := range glob(f, "testdata/sites/*.txtar") {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			for i, name := range names {
				if filepath.Ext(name) == filepath.Ext(part.Name) {
					f.Add(uint8(i), part.Data)
				}
			}
		}
	}
	for _, s := range shapes {
		f.Add(uint8(max(0, slices.Index(names, s.file))), []byte(s.make(600)))
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		dir := t.TempDir()
		name := names[int(which)%len(names)]
		mkdir(t, dir, "_data")
		if strings.HasPrefix(name, "_data") {
			write(t, filepath.Join(dir, "_config.yml"), nil)
		}
		write(t, filepath.Join(dir, name), text)
		before := allocated()
		c, err := Load(dir, "", known)
		if cost := allocated() - before; cost > uint64(allocatedBesides+allocatedForEach*len(text)) {
			t.Errorf("%d bytes: %d allocated", len(text), cost)
		}
		if err == nil {
			holds(t, c)
		}
		for _, p := range feeds.Problems(err) {
			if p.Path == "" || p.Message == "" {
				t.Errorf("problem without place or words: %+v", p)
			}
		}
	})
}
