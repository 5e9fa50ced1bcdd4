package articlecache

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// problems are those of a cache in a folder, without it.
func problems(dir string) (all []string) {
	for _, p := range Check(dir) {
		all = append(all, strings.ReplaceAll(p.Error(), dir+string(filepath.Separator), ""))
	}
	return all
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	if got := problems(dir); got != nil {
		t.Errorf("of no cache: %q", got)
	}
	s := openStock(t, dir, Fingerprint{})
	s.round(map[string]string{"a.md": post("A", "", "text a"), "b.md": post("B", "", "text b")})
	s.round(map[string]string{"a.md": ""})
	if got := problems(dir); got != nil {
		t.Errorf("in use: %q", got)
	}
	s.check(s.session.SaveRemoval("b.md")) // and is not committed, as after a kill
	s.check(s.session.cache.writePending(s.session))
	if got := problems(dir); got != nil {
		t.Errorf("with entries that are not committed: %q", got)
	}
	s.close()

	damage := func(name, text string, want ...string) {
		t.Helper()
		file := filepath.Join(dir, name)
		whole, err := os.ReadFile(file)
		s.check(err)
		bad := slices.Clone(whole)
		bad[strings.Index(string(whole), text)] ^= 1
		s.check(os.WriteFile(file, bad, 0o666))
		got := problems(dir)
		if len(got) != len(want) {
			t.Fatalf("%s damaged at %q: %q", name, text, got)
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%s damaged at %q: %q, want %q", name, text, got[i], want[i])
			}
		}
		s.check(os.WriteFile(file, whole, 0o666))
	}
	damage(textsFile, "text b", "b.md: its text in articles.cache.texts is damaged: it is read from the article's file again")
	damage(textsFile, "text a") // of an article that is gone
	damage(textsFile, magic, "articles.cache: it and articles.cache.texts are not of one cache, or damaged")
	damage(logFile, "b.md", "articles.cache: damaged or cut short at byte ")
	s.check(os.Remove(filepath.Join(dir, textsFile)))
	if got := problems(dir); len(got) != 1 {
		t.Errorf("without texts: %q", got)
	}
}

// TestDisplaced deletes and replaces the files of a cache in use: with the next Compact
// they are in their places again.
func TestDisplaced(t *testing.T) {
	dir := t.TempDir()
	s := openStock(t, dir, Fingerprint{})
	s.round(map[string]string{"a.md": post("A", "", "text a"), "b.md": post("B", "", "text b")})
	want := print(s.kept)
	for _, name := range []string{logFile, textsFile} {
		for _, other := range []string{"", "other"} {
			file := filepath.Join(dir, name)
			s.check(os.Remove(file))
			if other != "" {
				s.check(os.WriteFile(file, []byte(other), 0o666))
			}
			s.check(s.session.Compact(s.now, true, len(s.kept), maps.Values(s.kept)))
			if got := problems(dir); got != nil {
				t.Errorf("%s replaced by %q: %q", name, other, got)
			}
		}
	}
	pair := s.c.pair
	s.check(s.session.Compact(s.now, true, len(s.kept), maps.Values(s.kept)))
	if s.c.pair != pair {
		t.Error("files that are in their places are written anew")
	}
	s.close()
	if got := print(openStock(t, dir, Fingerprint{}).kept); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
