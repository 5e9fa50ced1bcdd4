package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"

	"feedmill/feeds"
)

func TestAlternatives(t *testing.T) {
	for pattern, want := range map[string][2]int{
		"*.md":                      {0, 1},
		"a,b":                       {0, 1},
		"{a}":                       {1, 1},
		"{a,b,c}":                   {1, 3},
		"{a,b}{c,d,e}":              {2, 6},
		"{a,{b,c},d}":               {2, 4},
		"{{a},b,c}":                 {2, 3},
		"{a,{b,c}{d,e}}/{f,g}":      {4, 10},
		`{a\},b,c}`:                 {1, 3},
		`\{a,b,c\}`:                 {0, 1},
		"{a[},]b,c}":                {1, 2},
		`{a[\]},]b,c}`:              {1, 2},
		"[{]a,b":                    {0, 1},
		"{a,b":                      {1, 2},
		"{a,{b,c":                   {2, 3},
		"a}b,c}":                    {0, 1},
		`{a,b\`:                     {1, 2},
		"{a[":                       {1, 1},
		strings.Repeat("{a,b}", 8):  {8, 256},
		strings.Repeat("{a,b}", 99): {maxBraces + 1, maxName + 1},
	} {
		if groups, ways := alternatives(pattern); groups != want[0] || ways != want[1] {
			t.Errorf("%s: %d groups, %d ways, want %v", pattern, groups, ways, want)
		}
	}
}

// A pattern that is accepted, and one more for each comma, must not take as many steps as
// all combinations of its alternatives. With the limit this ends at once, without it never.
func TestHostilePatternsAreRefused(t *testing.T) {
	many := strings.Repeat("a,", 80)
	for _, group := range []string{"{{a}," + many + "a}", `{a\},` + many + "a}", "{a[}]," + many + "a}", "{" + many + "{a}}"} {
		pattern := strings.Repeat(group, 5)
		if _, err := ignorePattern(pattern); err == nil {
			t.Errorf("accepted: %s", pattern)
			continue
		}
		if groups, ways := alternatives(group); groups > 2 || ways != 81 && ways != 82 {
			t.Errorf("%d groups and %d ways in %s", groups, ways, group)
		}
	}
}

// A long list in one pair of braces is compared as fast as that many patterns.
func TestListOfAlternatives(t *testing.T) {
	if _, err := ignorePattern("*.{" + strings.Repeat("ab,", 200) + "c}"); err != nil {
		t.Error(err)
	}
	if _, err := ignorePattern("{" + strings.Repeat("ab,", 20) + "c}{a,b}"); err == nil {
		t.Error("accepted 42 combinations of 23 alternatives")
	}
}

func FuzzAlternatives(f *testing.F) {
	for _, s := range []string{"{a,b}", `{a\},b}`, "{a[},],{b,c}}", "{", "}", "[", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if simple(pattern) == nil {
			doublestar.MatchUnvalidated(pattern, strings.Repeat("a/b", 20)) // ends
		}
	})
}

// What cannot be read may be readable later although no file changes; what is wrong in a
// file stays wrong.
func TestUnread(t *testing.T) {
	for name, c := range map[string]struct {
		make   func(dir string) error
		unread bool
	}{
		"wrong value":      {func(dir string) error { return os.WriteFile(filepath.Join(dir, FileName), []byte("a: b"), 0o666) }, false},
		"folder":           {func(dir string) error { return os.Mkdir(filepath.Join(dir, FileName), 0o777) }, true},
		"circle":           {func(dir string) error { return os.Symlink(FileName, filepath.Join(dir, FileName)) }, true},
		"no folder at all": {os.Remove, true},
	} {
		dir := t.TempDir()
		if err := c.make(dir); err != nil {
			t.Fatal(err)
		}
		_, err := Load(dir, "", Names{})
		if err == nil || errors.Is(err, ErrUnread) != c.unread || len(feeds.Problems(err)) != 1 || feeds.Problems(err)[0].Path == "" {
			t.Errorf("%s: %#v", name, err)
		}
	}
}
