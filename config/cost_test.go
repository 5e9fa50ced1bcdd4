package config

import (
	"fmt"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"

	"feedmill/feeds"
)

// shape is a kind of hostile settings file that can be made in any size.
type shape struct {
	name, file string
	make       func(size int) string
}

// upTo repeats what unit makes of 0, 1, 2 …, up to a size in bytes.
func upTo(size int, before, after string, unit func(i int) string) string {
	var b strings.Builder
	b.WriteString(before)
	for i := 0; b.Len()+len(after) < size; i++ {
		b.WriteString(unit(i))
	}
	b.WriteString(after)
	return b.String()
}

// each is a unit that has its number where the format has %d.
func each(format string) func(int) string {
	if !strings.Contains(format, "%") {
		return func(int) string { return format }
	}
	return func(i int) string { return fmt.Sprintf(format, i) }
}

// repeated is a shape that repeats a unit, in which %d is its number.
func repeated(name, file, before, unit, after string) shape {
	return shape{name, file, func(size int) string { return upTo(size, before, after, each(unit)) }}
}

// nested is a shape of opening brackets and as many closing ones.
func nested(name, file, before, open, inside, shut, after string) shape {
	return shape{name, file, func(size int) string {
		n := (size - len(before) - len(after) - len(inside)) / (len(open) + len(shut))
		return before + strings.Repeat(open, n) + inside + strings.Repeat(shut, n) + after
	}}
}

// halves is a shape of a long text and of a unit that refers to it again and again.
func halves(name, file, before, middle, unit, after string) shape {
	return shape{name, file, func(size int) string {
		return upTo(size, before+strings.Repeat("x", size/2)+middle, after, each(unit))
	}}
}

const (
	own    = FileName
	jekyll = "_config.yml"
	data   = "_data/topics.yml"
)

var shapes = []shape{
	repeated("one key again and again", own, "", "listen: :80\n", ""),
	repeated("one key below another again and again", own, "site:\n", "  title: a\n", ""),
	repeated("one unknown key again and again", own, "", "a: 1\n", ""),
	repeated("unknown keys", own, "", "k%d: 1\n", ""),
	repeated("misspelt keys", own, "", "site.titel%d: 1\n", ""),
	repeated("unknown keys in a group", own, "site:\n", "  titl%d: 1\n", ""),
	repeated("one long key", own, "", "x", ": 1\n"),
	repeated("long keys", own, "", strings.Repeat("k", 60)+"%d: 1\n", ""),
	repeated("misspelt values", own, "articles:\n  fields:\n", "    a%d: titel\n", ""),
	repeated("values that are no networks", own, "trusted_proxies:\n", "  - a%d\n", ""),
	repeated("numbers out of bounds", own, "feeds:\n  kinds:\n    topic:\n", "      items: -%d\n", ""),
	repeated("topics without a name", own, "topics:\n", "- {slug: s%d}\n", ""),
	repeated("topics", own, "topics:\n", "- {name: t%d}\n", ""),
	repeated("empty topics", own, "topics: [", "{},", "]"),
	repeated("topics of one name", own, "topics:\n", "- {name: t}\n", ""),
	repeated("topics of one slug", own, "topics:\n", "- {name: t%d, slug: s}\n", ""),
	repeated("topics of one parent", own, "topics:\n", "- {name: t%d, parent: t0}\n", ""),
	repeated("topics of unknown parents", own, "topics:\n", "- {name: t%[1]d, parent: p%[1]d}\n", ""),
	{"topics in a chain", own, func(size int) string {
		return upTo(size, "topics:\n", "", func(i int) string { return fmt.Sprintf("- {name: t%d, parent: t%d}\n", i, i+1) }) + "- {name: t0}\n"
	}},
	{"topics in circles", own, func(size int) string {
		return upTo(size, "topics:\n", "", func(i int) string { return fmt.Sprintf("- {name: t%d, parent: t%d}\n", i, i^1) })
	}},
	repeated("other names of one topic", own, "topics:\n- name: t\n  aliases: [", "a%d,", "]\n"),
	repeated("folders that are not there", own, "articles:\n  folders: [", "a%d,", "]\n"),
	repeated("links of folders that are not there", own, "site: {url: https://a.org/}\narticles:\n  link:\n", "    a%d: /:slug/\n", ""),
	repeated("unknown placeholders", own, "site: {url: https://a.org/}\narticles:\n  link: \"/", ":titel/", "\"\n"),
	repeated("patterns to ignore", own, "articles:\n  ignore:\n", "  - a%d\n", ""),
	repeated("a pattern of stars", own, "articles:\n  ignore: [\"", "*a", "\"]\n"),
	repeated("a pattern of alternatives", own, "articles:\n  ignore: [\"", "{a,b}", "\"]\n"),
	nested("a pattern of nested alternatives", own, "articles:\n  ignore: [\"", "{a,", "b", "}", "\"]\n"),
	repeated("defaults", own, "articles:\n  defaults:\n", "  - {values: {a: %d}}\n", ""),
	repeated("values of defaults", own, "articles:\n  defaults:\n  - values:\n", "      a%d: b\n", ""),
	repeated("one value of defaults again and again", own, "articles:\n  defaults:\n  - values:\n", "      a: b\n", ""),
	repeated("a list in defaults", own, "articles:\n  defaults:\n  - values: {a: [", "a,", "]}\n"),
	nested("nested values of defaults", own, "articles: {defaults: [{values: {a: ", "[", "a", "]", "}}]}\n"),
	repeated("a host in Punycode", own, "site: {url: \"https://xn--", "a", "/\"}\n"),
	repeated("a host of letters beyond ASCII", own, "site: {url: \"https://", "ü", "/\"}\n"),
	repeated("hosts to embed in Punycode", own, "articles:\n  embed_hosts:\n", "  - xn--"+strings.Repeat("a", 1000)+".org\n", ""),
	repeated("a language of many parts", own, "site: {language: \"en", "-abc", "\"}\n"),
	repeated("an e-mail address of comments", own, "site: {author: {email: \"", "(", "\"}}\n"),
	repeated("an e-mail address of quotes", own, "site: {author: {email: '", "\"a\" ", "'}}\n"),
	repeated("a path", own, "state: \"", "a/../", "\"\n"),
	repeated("a long number", own, "cache: ", "1", "\n"),
	repeated("a long time span", own, "feeds: {max_age: \"", "1h", "\"}\n"),
	repeated("a list of numbers", own, "a: [", "1,", "]\n"),
	repeated("a list of nothing", own, "a: [", "~,", "]\n"),
	repeated("a list in lines", own, "a:\n", "- \n", ""),
	repeated("questions", own, "", "? ", ""),
	nested("nested lists", own, "a: ", "[", "", "]", "\n"),
	nested("nested groups", own, "a: ", "{a: ", "", "}", "\n"),
	repeated("nested lists in lines", own, "a:\n", "- ", "a\n"),
	{"deeper and deeper lines", own, func(size int) string {
		return upTo(size, "", "", func(i int) string { return strings.Repeat(" ", i) + "a:\n" })
	}},
	nested("brackets that do not close", own, "a: ", "[{", "", "", "\n"),
	repeated("comments", own, "", "# a\n", "a: 1\n"),
	repeated("comments at keys", own, "", "# a\nk%d: 1 # b\n\n# c\n\n", ""),
	repeated("one long comment", own, "# ", "a", "\na: 1\n"),
	repeated("comments in a list", own, "a:\n", "- # a\n  # b\n", ""),
	repeated("empty lines", own, "a: 1\n", "\n", ""),
	repeated("spaces", own, "a:", " ", "1\n"),
	repeated("a folded text", own, "a: >\n", "  a\n\n", ""),
	repeated("a quoted text in lines", own, "a: \"", "a\n  ", "\"\n"),
	repeated("escapes", own, "a: \"", `\u00e4`, "\"\n"),
	repeated("documents", own, "", "---\na: 1\n", ""),
	repeated("documents of a site", jekyll, "", "---\na: 1\n", ""),
	repeated("tag directives", own, "", "%%TAG !t%d! tag:a,2000:\n", "---\na: 1\n"),
	halves("a long tag directive", own, "%TAG !a! tag:", "\n---\na:\n", "- !a!b c\n", ""),
	repeated("long tags", own, "a:\n", "- !<tag:a,2000:"+strings.Repeat("a", 100)+"> b\n", ""),
	repeated("anchors", own, "a:\n", "- &a%d b\n", ""),
	repeated("a merge key of nothing", own, "", "<<: {}\n", ""),
	repeated("a merge key of itself", own, "a: &a\n", "  <<: *a\n", ""),
	repeated("an anchor within itself", own, "a: &a [", "*a,", "]\n"),
	halves("a long text by many names", own, "a: &a ", "\nb:\n", "- *a\n", ""),
	halves("a long text as name of many topics", own, "a: &a ", "\ntopics:\n", "- {name: *a}\n", ""),
	halves("a long text as key of many", own, "? &a ", "\n: 1\n", "? *a\n: 1\n", ""),
	halves("a long text in defaults", own, "a: &a ", "\narticles:\n  defaults:\n", "  - {values: {a: *a, b: [*a, *a]}}\n", ""),
	halves("a long key above others", data, "? ", "\n:\n", "  a%d: {name: b}\n", ""),
	halves("a long key above topics", own, "", ":\n", "  a%d: {name: b}\n", ""),
	{"aliases of aliases", own, func(size int) string {
		return upTo(size, "a0: &a0 [a,a]\n", "", func(i int) string { return fmt.Sprintf("a%[2]d: &a%[2]d [*a%[1]d,*a%[1]d]\n", i, i+1) })
	}},
	{"topics of aliases of aliases", data, func(size int) string {
		return upTo(size, "a0: &a0 {name: a}\n", "", func(i int) string { return fmt.Sprintf("a%[2]d: &a%[2]d {b: *a%[1]d, c: *a%[1]d}\n", i, i+1) })
	}},
	{"merge keys in a chain", own, func(size int) string {
		return upTo(size, "a0: &a0 {k: 1}\n", "", func(i int) string {
			return fmt.Sprintf("a%[2]d: &a%[2]d {<<: *a%[1]d, k%[2]d: 1}\n", i, i+1)
		})
	}},
	{"merge keys in a chain, the last in defaults", own, func(size int) string {
		last := 0
		chain := upTo(size/2, "a0: &a0 {k: 1}\n", "", func(i int) string {
			last = i + 1
			return fmt.Sprintf("a%[2]d: &a%[2]d {<<: *a%[1]d, k%[2]d: 1}\n", i, i+1)
		})
		return upTo(size, chain+"articles:\n  defaults:\n", "", func(int) string { return fmt.Sprintf("  - {values: *a%d}\n", last) })
	}},
	{"merge keys of lists of merge keys", own, func(size int) string {
		return upTo(size, "a0: &a0 {k: 1}\n", "", func(i int) string {
			return fmt.Sprintf("a%[2]d: &a%[2]d {<<: [*a%[1]d, *a%[1]d]}\n", i, i+1)
		})
	}},
	{"a large group merged often", own, func(size int) string {
		return upTo(size, upTo(size/2, "a: &a\n", "b:\n", each("  k%d: 1\n")), "", each("- <<: *a\n"))
	}},
	repeated("keys of a site", jekyll, "", "k%d: 1\n", ""),
	repeated("one key of a site again and again", jekyll, "", "title: 1\n", ""),
	repeated("keys of a site in another case", jekyll, "", "TITLE%d: 1\n", "\nTitle: 1\n"),
	repeated("collections", jekyll, "collections:\n", "  c%d: {output: true}\n", ""),
	repeated("excludes", jekyll, "exclude:\n", "- a%d\n", ""),
	repeated("defaults of a site", jekyll, "defaults:\n", "- {scope: {path: a%d}, values: {a: 1}}\n", ""),
	repeated("topics in data", data, "", "- {name: t%d}\n", ""),
	repeated("topics in data by slug", data, "", "t%d: {name: a}\n", ""),
	repeated("texts in data", data, "", "- t%d\n", ""),
	repeated("keys of a topic in data", data, "- name: a\n", "  k%d: a\n", ""),
	nested("nested groups in data", data, "", "{a: ", "b", "}", "\n"),
	repeated("keys in TOML", "hugo.toml", "", "k%d = 1\n", ""),
	repeated("one key again and again in TOML", "hugo.toml", "", "a = 1\n", ""),
	repeated("tables in TOML", "hugo.toml", "", "[t%d]\n", ""),
	repeated("arrays of tables in TOML", "hugo.toml", "", "[[t]]\n", ""),
	repeated("different arrays of tables in TOML", "hugo.toml", "", "[[t%d]]\n", ""),
	repeated("arrays of tables below one in TOML", "hugo.toml", "[[a]]\n", "[[a.t%d]]\na = 1\n", ""),
	repeated("a dotted key in TOML", "hugo.toml", "a", ".a", " = 1\n"),
	repeated("dotted keys in TOML", "hugo.toml", "", "a.b.c.k%d = 1\n", ""),
	repeated("deeper and deeper keys in TOML", "hugo.toml", "", strings.Repeat("a%[1]d.", 50)+"a = 1\n", ""),
	repeated("a dotted table in TOML", "hugo.toml", "[a", ".a", "]\n"),
	repeated("dotted tables in TOML", "hugo.toml", "", "["+strings.Repeat("a.", 50)+"a%d]\n", ""),
	{"deeper and deeper tables in TOML", "hugo.toml", func(size int) string {
		return upTo(size, "", "", func(i int) string { return "[a" + strings.Repeat(".a", i) + "]\n" })
	}},
	nested("nested arrays in TOML", "hugo.toml", "a = ", "[", "", "]", "\n"),
	nested("nested tables in TOML", "hugo.toml", "a = ", "{a = ", "1", "}", "\n"),
	repeated("numbers in TOML", "hugo.toml", "a = [", "1,", "]\n"),
	repeated("empty tables in TOML", "hugo.toml", "a = [", "{},", "]\n"),
	repeated("keys of a table in TOML", "hugo.toml", "a = {", "k%d = 1,", "z = 1}\n"),
	repeated("dates in TOML", "hugo.toml", "a = [", "2020-01-01T00:00:00Z,", "]\n"),
	repeated("escapes in TOML", "hugo.toml", "a = \"", `\u00e4`, "\"\n"),
	repeated("comments in TOML", "hugo.toml", "", "# a\n", "a = 1\n"),
	repeated("a long key in TOML", "hugo.toml", "", "x", " = 1\n"),
	halves("a long table of many keys in TOML", "hugo.toml", "[", "]\n", "k%d = 1\n", ""),
	halves("a long table of tables in TOML", "hugo.toml", "[", "]\n", "[k%d]\n", ""),
	repeated("a long number in TOML", "hugo.toml", "a = ", "1_1", "\n"),
	repeated("permalinks", "hugo.toml", "[permalinks]\n", "a%d = '/:slug/'\n", ""),
	repeated("files to ignore in TOML", "hugo.toml", "ignoreFiles = [", "'.*a%d',", "]\n"),
	repeated("an expression to ignore in TOML", "hugo.toml", "ignoreFiles = ['", ".*a", "']\n"),
	repeated("keys in JSON", "hugo.json", "{", `"k%d":1,`, `"z":1}`),
	repeated("one key again and again in JSON", "hugo.json", "{", `"a":1,`, `"z":1}`),
	repeated("numbers in JSON", "hugo.json", `{"a":[`, "1,", "1]}"),
	repeated("empty texts in JSON", "hugo.json", `{"a":[`, `"",`, "1]}"),
	nested("nested lists in JSON", "hugo.json", `{"a":`, "[", "", "]", "}"),
	nested("nested groups in JSON", "hugo.json", `{"a":`, `{"a":`, "1", "}", "}"),
	repeated("a long number in JSON", "hugo.json", `{"a":`, "1", "}"),
	repeated("escapes in JSON", "hugo.json", `{"a":"`, `\ud83d\ude00`, `"}`),
	repeated("spaces in JSON", "hugo.json", `{"a":1`, " ", `}`),
	repeated("bytes that are no text", own, "", "\xff", ""),
}

// allocated is how many bytes the program has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// Bytes that may be allocated to read settings: for each byte of the file, and
// besides, where most of it is for the defaults.
const (
	allocatedForEach = 400
	allocatedBesides = 6 << 20
)

// load reads a settings file or that of a site, and returns what that took.
func load(t *testing.T, file string, text []byte) (c *Config, cost uint64, err error) {
	t.Helper()
	dir := t.TempDir()
	mkdir(t, dir, "_data")
	if file == data {
		write(t, filepath.Join(dir, jekyll), nil)
	}
	write(t, filepath.Join(dir, file), text)
	before := allocated()
	c, err = Load(dir, "", known)
	return c, allocated() - before, err
}

// TestCost lets hostile files grow: what it takes to read them grows no faster, and
// what is said about them has an end.
func TestCost(t *testing.T) {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("skipped: measured without the race detector")
	}
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			last := uint64(0)
			for _, size := range []int{16 << 10, 128 << 10, maxFile - 4<<10} {
				_, cost, err := load(t, s.file, []byte(s.make(size)))
				if most := uint64(allocatedBesides + allocatedForEach*size); cost > min(most, 90<<20) {
					t.Errorf("%d bytes: %d allocated", size, cost)
				}
				if last > 0 && cost > 10*last+allocatedBesides {
					t.Errorf("%d bytes: %d allocated, for an eighth of them %d", size, cost, last)
				}
				if problems := feeds.Problems(err); len(problems) > maxProblems+1 || err != nil && len(err.Error()) > 1000*maxProblems {
					t.Errorf("%d bytes: %d problems of %d bytes", size, len(problems), len(err.Error()))
				}
				last = cost
			}
		})
	}
}

// TestFileLimits names the limit that a file exceeds, the place, and what to do.
func TestFileLimits(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{own, strings.Repeat("#", maxFile+1), "feedmill.yaml: cannot be read: it is larger than 1 MiB, the limit for settings: remove what is not needed, or name another file"},
		{jekyll, strings.Repeat("#", maxFile+1), "_config.yml: cannot be read: it is larger than 1 MiB"},
		{"hugo.toml", strings.Repeat("#", maxFile+1), "hugo.toml: cannot be read: it is larger than 1 MiB"},
		{"hugo.json", strings.Repeat(" ", maxFile+1), "hugo.json: cannot be read: it is larger than 1 MiB"},
		{data, strings.Repeat("#", maxFile+1), "topics.yml: cannot be read: it is larger than 1 MiB"},
		{own, "a:\n" + strings.Repeat("\n", maxValues), "feedmill.yaml:100001: more than 100000 values"},
		{own, "a: " + strings.Repeat("[", 101) + strings.Repeat("]", 101), "lists and groups are within each other more than 100 levels deep"},
		{"hugo.toml", "b = 1\na = " + strings.Repeat("[", 101), "hugo.toml:2: cannot be used: lists and groups are within each other more than 100 levels deep"},
		{"hugo.json", `{"a":` + strings.Repeat("[", 101) + strings.Repeat("]", 101) + "}", "lists and groups are within each other more than 100 levels deep"},
		{own, "a: &a [b]\n%TAG ! tag:\n", "feedmill.yaml:2: %TAG cannot be used"},
		{own, "a: &a " + strings.Repeat("x", maxWritten/200) + "\nb: [" + strings.Repeat("*a,", 250) + "]\n", "aliases and merge keys make more than 100000 values, or 2 MiB of text, of what begins in line 2"},
		{own, "articles:\n  ignore: [" + strings.Repeat("a,", maxEntries+1) + "]\n", "articles.ignore: has 1001 entries, and the limit is 1000"},
		{own, "articles:\n  ignore: ['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}']\n", "articles.ignore[0]: has more than 20 combinations of alternatives"},
		{jekyll, "exclude: ['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}']\n", "exclude[0]: has more than 20 combinations of alternatives"},
		{own, "articles:\n  defaults:\n  - values: {a: " + strings.Repeat("x", maxDefaultBytes) + "}\n", "articles.defaults: has more than 10000 values or 64 KiB of text"},
		{own, "site: {title: " + strings.Repeat("x", maxText+1) + "}\n", "site.title: is longer than 16384 bytes"},
		{own, strings.Repeat("a: 1\n", 1000), "and 900 more problems in the settings: mend these first"},
	} {
		if _, _, err := load(t, c.file, []byte(c.text)); !strings.Contains(message(err), c.want) {
			t.Errorf("%s: %.600v\nwant %s", c.file, err, c.want)
		}
	}
}

// TestManyTopicFiles reads a folder of topics up to its limit.
func TestManyTopicFiles(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir, "_data/topics")
	write(t, filepath.Join(dir, jekyll), nil)
	for i := range MaxTopicFiles + 1 {
		write(t, filepath.Join(dir, "_data/topics", fmt.Sprintf("%05d.yml", i)), nil)
	}
	want := "_data/topics: holds more than 10000 files: put several topics into one"
	if _, err := Load(dir, "", known); !strings.HasSuffix(message(err), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestMergedGroups: of several sources the first counts, of several values in one the
// last, and the group's own before all.
func TestMergedGroups(t *testing.T) {
	_, _, err := load(t, own, []byte("a: &a {items: 1, max_age: 1d}\n"))
	if err == nil {
		t.Error("an unknown key is none")
	}
	c, _, err := load(t, own, []byte(`feeds:
  kinds:
    topic: &a {items: 1, max_age: 1d, max_bytes: 5 KiB}
    type: &b {items: 2, max_age: 2d}
    category: {<<: [*b, *a], items: 3}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Limits(feeds.Category, "")
	if want := (feeds.Limits{Items: 3, MaxAge: 2 * day, MaxBytes: 5 << 10}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
