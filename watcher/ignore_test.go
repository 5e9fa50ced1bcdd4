package watcher

import (
	"io/fs"
	"path"
	"strings"
	"testing"
)

func TestIgnore(t *testing.T) {
	for _, test := range []struct {
		patterns string // separated by spaces
		path     string // a trailing slash: a folder
		want     bool
	}{
		{"", "a.md", false}, {"", "a/b.md", false}, {"", "public/", false}, {"", "vendor/", false},
		{"", ".git/", true}, {"", "a/.x.md", true}, {"", "_site/", true}, {"", "_site", false},
		{"", "node_modules/", true}, {"", "a/node_modules/", true}, {"", "_posts/", false},
		{"", "x.md~", true}, {"", "x.md.swp", true}, {"", "4913", true}, {"", "#x.md#", true},
		{"", "x.md___jb_tmp___", true}, {"", "x.md.part", true}, {"", "x.CRDOWNLOAD", true},
		{"", "~$x.md", true}, {"", "template.md", false}, {"", "tmp/", false}, {"", "x.tmp/", false},

		{"*.bak", "x.bak", true}, {"*.bak", "a/b/x.bak", true}, {"*.bak", "x.md", false},
		{"drafts", "drafts/", true}, {"drafts", "a/drafts", true},
		{"drafts/", "drafts/", true}, {"drafts/", "a/drafts/", true}, {"drafts/", "drafts", false},
		{"/drafts", "drafts", true}, {"/drafts", "a/drafts", false}, {"./drafts", "a/drafts", false},
		{"a/drafts", "a/drafts/", true}, {"a/drafts", "b/a/drafts/", false}, {"**/a/drafts", "b/a/drafts/", true},
		{"a/*.md", "a/x.md", true}, {"a/*.md", "a/b/x.md", false}, {"a/**/*.md", "a/b/c/x.md", true},
		{"a/**", "a/", false}, {"a/**", "a/b", true}, {"a/**", "a/b/", true},
		{"x[12].md", "x1.md", true}, {"x[12].md", "x3.md", false}, {"?.md", "é.md", true},
		{`\!x.md`, "!x.md", true}, {`\!x.md`, "x.md", false},

		{"*.md !keep.md", "keep.md", false}, {"*.md !keep.md", "a/keep.md", false}, {"*.md !keep.md", "x.md", true},
		{"!keep.md *.md", "keep.md", true}, {"!/.well-known/", ".well-known/", false}, {"!/.well-known/", ".git/", true},
		{"!*.tmp", "x.tmp", false}, {"!_site", "_site/", false}, {"a/** !a/keep.md", "a/keep.md", false},
	} {
		rules, err := parseIgnore(strings.Fields(test.patterns))
		check(t, err)
		path, dir := strings.CutSuffix(test.path, "/")
		if got := rules.ignore(path, dir); got != test.want {
			t.Errorf("%q ignores %q: %v, want %v", test.patterns, test.path, got, test.want)
		}
	}
}

// As in git, nothing in an ignored folder can count.
func TestIgnoreBelow(t *testing.T) {
	rules, err := parseIgnore([]string{"drafts/", "!keep.md"})
	check(t, err)
	for path, want := range map[string]bool{
		"drafts/keep.md": true, "a/drafts/b/keep.md": true, "a/keep.md": false, "a/.git/config": true, "drafts": false,
	} {
		if got := rules.ignoreBelow(path); got != want {
			t.Errorf("%q is ignored: %v, want %v", path, got, want)
		}
	}
}

func FuzzIgnore(f *testing.F) {
	f.Add("*.md", "a/b.md", false)
	f.Add("/a/**/", "a", true)
	f.Add("!{a,b}[c-d]", ".x", true)
	f.Add("\\", "a//b", false)
	f.Fuzz(func(t *testing.T, pattern, name string, dir bool) {
		if !fs.ValidPath(name) {
			return
		}
		rules, err := parseIgnore([]string{pattern})
		if err != nil {
			return
		}
		rules.ignoreBelow(name)
		without, with := isBuiltin(path.Base(name), dir), rules.ignore(name, dir)
		if keep := strings.HasPrefix(pattern, "!"); with != without && with == keep {
			t.Errorf("pattern %q turned ignored from %v to %v for %q", pattern, without, with, name)
		}
		if strings.HasPrefix(pattern, "!") {
			return
		}
		both, err := parseIgnore([]string{pattern, "!" + pattern})
		if err != nil {
			t.Fatalf("%q is valid and !%q is not: %v", pattern, pattern, err)
		}
		if rules[0].match(name, path.Base(name), dir) && both.ignore(name, dir) {
			t.Errorf("%q still ignores %q after it was taken back", pattern, name)
		}
		if again, _ := parseIgnore([]string{pattern, "!" + pattern, pattern}); again.ignore(name, dir) != with {
			t.Errorf("%q for %q: the last match does not win", pattern, name)
		}
	})
}
