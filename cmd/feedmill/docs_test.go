package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"feedmill/config"
	"feedmill/feeds/article"
)

// readmeFile is where README.md lies, as seen from this package.
const readmeFile = "../../README.md"

// docFiles are README.md and all pages of the reference with their texts.
func docFiles(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no docs: %v", err)
	}
	all := map[string]string{}
	for _, file := range append(files, readmeFile) {
		all[file] = string(must(os.ReadFile(file)))
	}
	return all
}

// generated are the parts of the docs that are made from the program. In a file, a
// part stands between a comment that begins with its name and one that ends it.
var generated = []struct {
	file, name string
	lines      func() []string
}{
	{"docs/settings.md", "settings", settingLines},
	{"docs/articles.md", "front matter", article.FieldTable},
	{"docs/commands.md", "commands", commandLines},
	{"docs/commands.md", "flags", flagLines},
}

func settingLines() (lines []string) {
	lines = []string{"| setting | default | meaning |", "| --- | --- | --- |"}
	for _, s := range config.Settings() {
		def := s.Default
		if def == "" {
			def = "–"
		}
		lines = append(lines, fmt.Sprintf("| `%s` | %s | %s |", s.Key, def, s.Meaning))
	}
	return lines
}

// commands are those of the program itself, in the order of the alphabet.
func commands() (all []*cobra.Command) {
	root := newRoot()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("serve")
	for _, c := range root.Commands() {
		c.InitDefaultHelpFlag()
		all = append(all, c)
	}
	return all
}

func commandLines() (lines []string) {
	lines = []string{"| command | use it to |", "| --- | --- |"}
	for _, c := range commands() {
		lines = append(lines, fmt.Sprintf("| `feedmill %s` | %s |", c.Use, lowered(c.Short)))
	}
	return lines
}

func lowered(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func flagLines() (lines []string) {
	type flag struct {
		use      string
		commands []string
	}
	flags := map[string]*flag{}
	for _, c := range commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			name, usage := pflag.UnquoteUsage(f)
			if f.Name == "help" {
				return
			}
			if f.Value.Type() == "bool" {
				name = ""
			}
			if f.DefValue != "" && f.DefValue != "false" {
				usage += " (default " + f.DefValue + ")"
			}
			use := fmt.Sprintf("`%s` | %s", strings.TrimSpace("--"+f.Name+" "+strings.ToUpper(name)), usage)
			if flags[use] == nil {
				flags[use] = &flag{use: use}
			}
			flags[use].commands = append(flags[use].commands, "`"+c.Name()+"`")
		})
	}
	for _, f := range flags {
		name, usage, _ := strings.Cut(f.use, " | ")
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |", name, strings.Join(f.commands, ", "), usage))
	}
	slices.Sort(lines)
	return append([]string{"| flag | of | meaning |", "| --- | --- | --- |"}, lines...)
}

// TestDocsGenerated holds the tables that the program knows to the program. With
// UPDATE_DOCS=1 it writes them.
func TestDocsGenerated(t *testing.T) {
	for _, g := range generated {
		text := string(must(os.ReadFile(g.file)))
		part := regexp.MustCompile(`(?s)(<!-- ` + g.name + `: [^\n]*-->\n\n)(.*?)(\n<!-- end of ` + g.name + ` -->)`)
		m := part.FindStringSubmatchIndex(text)
		if m == nil {
			t.Errorf("%s has no part <!-- %s: … --> to <!-- end of %s -->", g.file, g.name, g.name)
			continue
		}
		want := strings.Join(g.lines(), "\n") + "\n"
		if text[m[4]:m[5]] == want {
			continue
		}
		if os.Getenv("UPDATE_DOCS") == "" {
			t.Errorf("%s: %s differ from the program's; UPDATE_DOCS=1 go test -run Docs ./cmd/feedmill writes these:\n%s", g.file, g.name, want)
		} else if err := os.WriteFile(g.file, []byte(text[:m[4]]+want+text[m[5]:]), 0o666); err != nil {
			t.Error(err)
		}
	}
}

// TestDocsTopics holds the topics of feedmill help to the files in docs.
func TestDocsTopics(t *testing.T) {
	for file := range docFiles(t) {
		if name := strings.TrimSuffix(filepath.Base(file), ".md"); file != readmeFile && !slices.Contains(topics, name) {
			t.Errorf("%s is no topic of feedmill help", file)
		}
	}
	for _, name := range topics {
		if text, err := topicText(name); err != nil || !strings.HasPrefix(strings.ToLower(text), "# "+name+": ") {
			t.Errorf("docs/%s.md does not begin with the heading \"# %s: what it is about\": %v", name, name, err)
		}
		if slices.ContainsFunc(commands(), func(c *cobra.Command) bool { return c.Name() == name }) {
			t.Errorf("%s is both a command and a topic: feedmill help could print but one of them", name)
		}
		text, _ := topicText(name)
		for line := range strings.Lines(plainText(text)) {
			if n := cellsOf(strings.TrimSuffix(line, "\n")); n > helpWidth && !strings.HasPrefix(line, "    ") {
				t.Errorf("docs/%s.md: a line takes %d columns in a terminal: %s", name, n, line)
			}
		}
	}
}

// TestDocsPackages looks in docs/developing.md for every package of which the layers
// know.
func TestDocsPackages(t *testing.T) {
	text := string(must(os.ReadFile("docs/developing.md")))
	for _, l := range layers {
		if !strings.Contains(l.pkg, "internal") && !strings.Contains(text, "`"+l.pkg+"`") {
			t.Errorf("docs/developing.md does not say what %s is for", l.pkg)
		}
	}
}

// TestReadme looks for what newcomers need and for every command.
func TestReadme(t *testing.T) {
	text := string(must(os.ReadFile(readmeFile)))
	for _, line := range []string{"    go run ./cmd/feedmill serve cmd/feedmill/example\n", "    go test ./...\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("README.md lacks the line %q", line)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(text, "`feedmill "+c.Name()) {
			t.Errorf("README.md does not name the command %q", c.Name())
		}
	}
	if n := strings.Count(text, "\n"); n > 200 {
		t.Errorf("README.md has %d lines: newcomers read 200", n)
	}
}

var (
	docLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// TestDocsLinks follows every link between the docs, to the heading that it names.
func TestDocsLinks(t *testing.T) {
	for file, text := range docFiles(t) {
		for _, m := range docLink.FindAllStringSubmatch(text, -1) {
			to, fragment, named := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			target := file
			if to != "" {
				target = filepath.Join(filepath.Dir(file), to)
			}
			info, err := os.Stat(target)
			switch {
			case err != nil:
				t.Errorf("%s: %s leads nowhere: %v", file, m[1], err)
			case path.Ext(target) == ".png" && info.Size() > 150<<10:
				t.Errorf("%s has %d bytes: whoever opens README.md waits for them", target, info.Size())
			case named && !slices.Contains(anchors(string(must(os.ReadFile(target)))), fragment):
				t.Errorf("%s: %s names no heading", file, m[1])
			}
		}
	}
}

// anchors are the names that GitHub gives to the headings of a text.
func anchors(text string) (all []string) {
	for _, m := range docHeading.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ' || r == '-':
				return '-'
			case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return all
}

var (
	docCode    = regexp.MustCompile("(?m)^(?:    |```).*$|`[^`\n]+`")
	docCommand = regexp.MustCompile(`(?:^|[\s/=])feedmill ([a-z][^|>#;&]*)`)
)

// codeOf are the lines of code of a Markdown text, and what it has of it within
// its sentences.
func codeOf(text string) (all []string) {
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced || strings.HasPrefix(line, "    "):
			all = append(all, line)
		default:
			for _, span := range docCode.FindAllString(line, -1) {
				all = append(all, strings.Trim(span, "`"))
			}
		}
	}
	return all
}

var docPath = regexp.MustCompile(`(?:^|\s)(?:\./)?((?:cmd|config|feeds|watcher)(?:/[\w.-]+)*)(?:\s|$)`)

// TestDocsPaths looks for the files and folders of this repository that code in
// the docs names.
func TestDocsPaths(t *testing.T) {
	found := 0
	for file, text := range docFiles(t) {
		for _, code := range codeOf(text) {
			for _, m := range docPath.FindAllStringSubmatch(strings.ReplaceAll(code, " ", "  "), -1) {
				found++
				if _, err := os.Stat(filepath.Join("..", "..", m[1])); err != nil {
					t.Errorf("%s names %s: %v", file, m[1], err)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("%d paths found", found)
	}
}

// TestDocsCommandLines parses every command line in the docs as the program does.
func TestDocsCommandLines(t *testing.T) {
	found := 0
	for file, text := range docFiles(t) {
		for _, code := range codeOf(text) {
			m := docCommand.FindStringSubmatch(code)
			if m == nil {
				continue
			}
			found++
			args := strings.Fields(strings.NewReplacer("[", "", "]", "", "'", "", `"`, "").Replace(m[1]))
			if err := parses(args); err != nil {
				t.Errorf("%s: feedmill %s: %v", file, strings.Join(args, " "), err)
			}
		}
	}
	if found < 30 {
		t.Errorf("%d command lines found", found)
	}
}

// parses finds out whether the program understands a command line, without running it.
func parses(args []string) error {
	args = checkArguments(args)
	root := newRoot()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if cmd == root {
		return fmt.Errorf("no command %q", args[0])
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	rest = cmd.Flags().Args()
	if cmd.Name() == "help" && len(rest) > 0 && strings.ToUpper(rest[0]) != rest[0] {
		return cmd.RunE(cmd, rest)
	}
	return cmd.ValidateArgs(rest)
}

// addressesIn are those that the table of addresses in a file lists, for every
// kind of feed.
func addressesIn(t *testing.T, file string) (all []string) {
	_, text, _ := strings.Cut(string(must(os.ReadFile(file))), "| address | what |\n")
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		cell, _, _ := strings.Cut(line[2:], " | ")
		for _, span := range docCode.FindAllString(cell, -1) {
			address := strings.Trim(span, "`")
			all = append(all, address)
			if below, ok := strings.CutPrefix(address, "/topics/"); ok {
				all = append(all, "/categories/"+below, "/types/"+below, "/providers/"+below)
			}
		}
	}
	if len(all) < 10 {
		t.Fatalf("%d addresses in %s", len(all), file)
	}
	return all
}

// askAll asks for addresses, with real names for what they leave open.
func askAll(t *testing.T, l *live, addresses []string, slugs map[string]string, open *strings.Replacer) {
	for _, address := range addresses {
		if strings.Contains(address, "TAG") { // which a program alone knows
			continue
		}
		kind, _, _ := strings.Cut(address[1:], "/")
		path := open.Replace(strings.ReplaceAll(address, "SLUG", slugs[kind]))
		res, err := plain.RoundTrip(must(http.NewRequest(http.MethodGet, l.base+path[1:], nil)))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close() // a stream would have no end
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s is documented: %s answers %s", address, path, res.Status)
		}
	}
}

// TestReadmeAddresses asks the example for every address in README.md.
func TestReadmeAddresses(t *testing.T) {
	slugs := map[string]string{"topics": "harbour", "categories": "news", "types": "video", "providers": "the-pellmouth-tide"}
	askAll(t, serveLive(t, "example"), addressesIn(t, readmeFile), slugs, strings.NewReplacer())
}

// TestDocsAddresses asks a running program for every address that the reference
// names, and looks in the reference for every file that build writes.
func TestDocsAddresses(t *testing.T) {
	dir := newsroom(t)
	l := serveLive(t, dir)
	all := addressesIn(t, "docs/addresses.md")
	slugs := map[string]string{"topics": "numbers", "categories": "counting", "types": "news", "providers": "the-count"}
	askAll(t, l, all, slugs, strings.NewReplacer("MONTH", "2021-02", "CONDITIONS", "one/type:news", "WORDS", "one"))
	var known []*regexp.Regexp
	for _, address := range all {
		form := strings.NewReplacer("SLUG", "[^/]+", "MONTH", `\d{4}-\d\d`, "TAG", "[^/]+").Replace(regexp.QuoteMeta(address))
		known = append(known, regexp.MustCompile("^"+form+"$"))
	}
	out := filepath.Join(t.TempDir(), "out")
	if code := Run(t.Context(), []string{"build", dir, "--out", out, "--state", filepath.Join(t.TempDir(), "state")}, &output{}, l.log); code != exitFine {
		t.Fatalf("build ends with %d:\n%s", code, l.log)
	}
	err := filepath.WalkDir(out, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		address := strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(file, out)), "index.html")
		if !slices.ContainsFunc(known, func(re *regexp.Regexp) bool { return re.MatchString(address) }) {
			t.Errorf("docs/addresses.md does not name %s", address)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestDocsPlaceholders asks the program for the address of an article by a pattern
// that has every placeholder in docs/links.md.
func TestDocsPlaceholders(t *testing.T) {
	_, text, _ := strings.Cut(string(must(os.ReadFile("docs/links.md"))), "| placeholder |")
	var names, want []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) == 3 && strings.HasPrefix(line, "| `") {
			names = append(names, docCode.FindAllString(cells[0], -1)...)
			want = append(want, docCode.FindAllString(cells[1], -1)...)
		}
	}
	if len(names) < 30 || len(want) != len(names) {
		t.Fatalf("%d placeholders and %d examples in docs/links.md", len(names), len(want))
	}
	for _, name := range article.Placeholders() {
		if !slices.Contains(names, "`:"+name+"`") {
			t.Errorf("docs/links.md does not explain :%s", name)
		}
	}
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	put(t, dir, "_config.yml", "url: https://www.example.com\ncollections: {news: {output: true}}\n")
	put(t, dir, "feedmill.yaml", "articles: {link: '/"+strings.ReplaceAll(strings.Join(names, "/-/"), "`", "")+"/-/'}\n")
	if err := os.MkdirAll(filepath.Join(dir, "_news", "rail"), 0o777); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "_news/rail/2021-03-29-Late-Train.md", "---\ntitle: The last train waits\ndate: 2021-03-29 16:35:07\ncategories: [Railway, Night]\n---\n")
	var log output
	if code := Run(t.Context(), []string{"build", dir, "--out", out, "--state", filepath.Join(t.TempDir(), "state"), "--base-url", "https://feeds.example.com/"}, &log, &log); code != exitFine {
		t.Fatalf("build ends with %d:\n%s", code, &log)
	}
	var feed struct{ Items []struct{ URL string } }
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(out, "feed.json"))), &feed); err != nil || len(feed.Items) != 1 {
		t.Fatalf("%d items: %v", len(feed.Items), err)
	}
	got := strings.Split(strings.TrimPrefix(feed.Items[0].URL, "https://www.example.com/"), "/-/")
	for i, name := range names {
		if is := strings.Trim(want[i], "`"); i >= len(got) || got[i] != is {
			t.Errorf("docs/links.md: %s is %s in the example; the program has %v", name, is, got[min(i, len(got)-1)])
		}
	}
}
