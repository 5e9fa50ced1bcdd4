package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"feedmill/feeds"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestFiles loads every settings file in testdata: *.good.yml give what stands in
// the golden file beside them, *.bad.yml the problems.
func TestFiles(t *testing.T) {
	for _, file := range glob(t, "testdata/*.yml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "my-site")
			mkdir(t, dir, "news", "blog")
			text := read(t, file)
			path := filepath.Join(dir, "feedmill.yaml")
			write(t, path, text)
			c, err := Load(dir, "", known)
			if bad := strings.HasSuffix(file, ".bad.yml"); bad != (err != nil) {
				t.Errorf("error %v for %s", err, file)
			}
			golden(t, strings.TrimSuffix(file, ".yml")+".golden", dump(t, dir, c, err))
		})
	}
}

// TestSites loads whole sites: each archive holds the folder, and beside it the
// outcome in the golden file.
func TestSites(t *testing.T) {
	for _, file := range glob(t, "testdata/sites/*.txtar") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := unpack(t, file)
			c, err := Load(dir, "", known)
			golden(t, strings.TrimSuffix(file, ".txtar")+".golden", dump(t, dir, c, err))
		})
	}
}

// TestTemplate holds the promise that the template changes nothing, and that
// what it suggests is right.
func TestTemplate(t *testing.T) {
	dirs := []string{t.TempDir()}
	for _, file := range glob(t, "testdata/sites/*.good.txtar") {
		dir := unpack(t, file)
		os.Remove(filepath.Join(dir, FileName))
		dirs = append(dirs, dir)
	}
	for _, dir := range dirs {
		mkdir(t, dir, "news", "blog")
		before, err := Load(dir, "", known)
		if err != nil {
			t.Fatal(err)
		}
		text, err := Template(dir)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, FileName)
		write(t, path, text)
		after, err := Load(dir, "", known)
		if err != nil {
			t.Fatalf("the template does not load: %v\n%s", err, text)
		}
		if after.File != path {
			t.Errorf("File is %q, want %q", after.File, path)
		}
		after.File = before.File
		if !reflect.DeepEqual(before, after) {
			t.Errorf("the template changes the settings:\n%s\nbefore: %+v\nafter:  %+v", text, before, after)
		}

		write(t, path, uncomment(text))
		if _, err := Load(dir, "", known); err != nil {
			t.Errorf("its examples do not load: %v\n%s", err, uncomment(text))
		}
		for _, s := range Settings() {
			if name := s.Key[strings.LastIndexByte(s.Key, '.')+1:]; !bytes.Contains(text, []byte(name+":")) {
				t.Errorf("%s is missing", s.Key)
			}
		}
	}
}

// uncomment makes settings of all comments that are settings.
func uncomment(text []byte) []byte {
	var lines []string
	for line := range strings.Lines(string(text)) {
		rest := strings.TrimLeft(line, " ")
		if after, ok := strings.CutPrefix(rest, "#"); ok && !strings.HasPrefix(after, " ") || ok && strings.HasPrefix(after, "  ") {
			line = line[:len(line)-len(rest)] + after
		}
		lines = append(lines, line)
	}
	// an example of a parent needs that parent
	s := strings.Replace(strings.Join(lines, ""), "parent: Programming", "parent: ", 1)
	return []byte(s)
}

// TestSettings holds the table to what it says: stating a default changes
// nothing.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	before, err := Load(dir, "", known)
	if err != nil {
		t.Fatal(err)
	}
	before.File = filepath.Join(dir, FileName)
	seen := map[string]bool{}
	for _, s := range Settings() {
		if seen[s.Key] || !strings.HasSuffix(s.Meaning, ".") {
			t.Errorf("%s: listed twice, or %q is no sentence", s.Key, s.Meaning)
		}
		seen[s.Key] = true
		if s.Default == "" || strings.ContainsAny(s.Key, "[K") {
			continue
		}
		var text strings.Builder
		for i, name := range strings.Split(s.Key, ".") {
			text.WriteString("\n" + strings.Repeat("  ", i) + name + ":")
		}
		write(t, filepath.Join(dir, FileName), []byte(text.String()+" "+s.Default))
		after, err := Load(dir, "", known)
		if err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s: %s is not the default (%v)", s.Key, s.Default, err)
		}
	}
}

// TestNextStart names, and holds back, just those changes that wait for the next
// start.
func TestNextStart(t *testing.T) {
	dir := t.TempDir()
	started, err := Load(dir, "", known)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, FileName), []byte(`
listen: :9000
browsers: document
trusted_proxies: [127.0.0.1]
status_token: correct-horse-battery-staple
state: elsewhere
cache: 64 MiB
site: {title: New}
`))
	c, err := Load(dir, "", known)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.AtNextStart(started), []string{"listen", "browsers", "trusted_proxies", "status_token", "state"}; !slices.Equal(got, want) {
		t.Errorf("waiting for the next start: %q, want %q", got, want)
	}
	now := c.InForce(started)
	if now.AtNextStart(started) != nil || now.Listen != started.Listen || now.Cache != 64<<20 || now.Site.Title != "New" || c.Listen != ":9000" {
		t.Errorf("in force: %+v", now)
	}
	for i, s := range settings {
		if s.show == nil || s.Restart && s.at == nil {
			t.Errorf("the field of %s lacks a function", s.Key)
		}
		if shown := c.Shown()[i]; shown.Key != s.Key || strings.Contains(shown.Value, c.StatusToken) {
			t.Errorf("shown %q for %s", shown, s.Key)
		}
	}
}

// TestRetired says what to do about a setting of an earlier version, which is
// suggested to nobody.
func TestRetired(t *testing.T) {
	retired["site.olds"] = "is no longer needed: remove this line"
	defer delete(retired, "site.olds")
	dir := t.TempDir()
	write(t, filepath.Join(dir, FileName), []byte("site:\n  olds: {a: 1}\n  older: x\n"))
	_, err := Load(dir, "", known)
	want := "feedmill.yaml:2:3: site.olds: is no longer needed: remove this line\n"
	if got := message(err); !strings.Contains(got, want) || strings.Contains(got, `did you mean "olds"`) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLimits(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, FileName), []byte(`
feeds:
  kinds: {topic: {items: 20, max_age: 2w}, all: {max_bytes: 1 MiB}}
  items: 30
topics:
  - {name: Go, slug: golang, aliases: [Go lang], max_age: 0}
`))
	c, err := Load(dir, "", known)
	if err != nil {
		t.Fatal(err)
	}
	const week = 7 * 24 * 60 * 60 * 1e9
	for _, tt := range []struct {
		kind feeds.Kind
		name string
		want feeds.Limits
	}{
		{feeds.All, "", feeds.Limits{Items: 30, MaxAge: 0, MaxBytes: 1 << 20}},
		{feeds.Category, "go", feeds.Limits{Items: 30, MaxAge: 0, MaxBytes: 512 << 10}},
		{feeds.Topic, "C", feeds.Limits{Items: 20, MaxAge: 2 * week, MaxBytes: 512 << 10}},
		{feeds.Topic, "golang", feeds.Limits{Items: 20, MaxAge: 0, MaxBytes: 512 << 10}},
		{feeds.Topic, "GO  LANG", feeds.Limits{Items: 20, MaxAge: 0, MaxBytes: 512 << 10}},
	} {
		if got := c.Limits(tt.kind, tt.name); got != tt.want {
			t.Errorf("Limits(%s, %q) = %+v, want %+v", tt.kind, tt.name, got, tt.want)
		}
	}
}

func TestLoadNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, nil)
	for _, tt := range []struct{ dir, file, want string }{
		{filepath.Join(dir, "missing"), "", "DIR/missing: no such folder: name the folder that holds the articles"},
		{file, "", "DIR/file: a file, not a folder: name the folder that holds the articles"},
		{dir, filepath.Join(dir, "x.yaml"), "DIR/x.yaml: no such file: create it with \"feedmill init\" or correct the name"},
		{dir, dir, "DIR: cannot be read: is a directory"},
	} {
		_, err := Load(tt.dir, tt.file, known)
		if got := strings.ReplaceAll(message(err), filepath.ToSlash(dir), "DIR"); got != tt.want {
			t.Errorf("Load(%q, %q): %s\nwant %s", tt.dir, tt.file, got, tt.want)
		}
	}
}

// TestOtherFile reads the settings from elsewhere; relative paths in them are
// still below the articles.
func TestOtherFile(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "site.yaml")
	write(t, file, []byte("state: memory\n"))
	c, err := Load(dir, file, known)
	if err != nil {
		t.Fatal(err)
	}
	if c.File != file || c.State != filepath.Join(dir, "memory") || c.Files[len(c.Files)-1] != file {
		t.Errorf("File %q, State %q, Files %q", c.File, c.State, c.Files)
	}
}

// TestEncodings reads the same settings however an editor saved them.
func TestEncodings(t *testing.T) {
	for name, text := range map[string]string{
		"byte-order mark": "\ufeffsite:\n  title: Ä\n",
		"crlf":            "site:\r\n  title: Ä\r\n",
		"markers":         "---\nsite:\n  title: Ä\n...\n",
		"json":            `{"site": {"title": "\u00c4"}}`,
		"merge":           "site:\n  <<: {title: B, language: de}\n  title: Ä\n",
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, FileName), []byte(text))
		if c, err := Load(dir, "", known); err != nil || c.Site.Title != "Ä" {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}

// TestCorpus loads the settings of a real site.
func TestCorpus(t *testing.T) {
	dir := filepath.FromSlash("../../shared/corpus/site")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus is not beside this checkout")
	}
	c, err := Load(dir, "", known)
	if err != nil {
		t.Fatal(err)
	}
	if c.Site.Title != "Power Apps Smartable" || c.Site.HomeURL != "https://smartableai.github.io/microsoft-power-apps/" || c.Site.Language != "en-US" {
		t.Errorf("site: %+v", c.Site)
	}
	if len(c.Topics) != 7 || c.Topics[1].Slug != "canvas-apps" || c.Topics[1].Parent != "Power Apps" || c.Topics[3].Aliases[0] != "CDS" {
		t.Errorf("topics: %+v", c.Topics)
	}
	if len(c.Collections) != 7 || len(c.Articles.Defaults) != 9 {
		t.Errorf("%d collections, %d defaults: %+v", len(c.Collections), len(c.Articles.Defaults), c.Articles.Defaults)
	}
	for _, d := range c.Articles.Defaults {
		if d.Collection == "people" && d.Values["permalink"] != "/api/people/:path/index.json" {
			t.Errorf("the merge key of people is lost: %v", d.Values)
		}
	}
}
