package frontmatter

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpus = "../../../../../shared/corpus"

// scanned is front matter that the scanner reads itself.
var scanned = []string{
	"a: b",
	"title: My article  \ndate: 2021-03-29\ndraft: false # not yet\n",
	"a:\nb: ~\nc: null\nd: ''\ne: Null",
	"n: -1\nf: 1e3\nx: 0x1F\no: 0o7\ni: .inf\ny: yes\nt: 2021-03-29T16:35:00Z\nu: 1_000\np: +.5",
	"a: \"q\"\nb: 'q'\nc: 'it''s'\nd: \"say \\\"x\\\" \\\\ \\n\\t\\u00e9\\x41\"",
	"a:\n  b: c\n  d:\n    e: f\ng: h",
	"a:\n- b\n- c\nd:\n  - e\n  - f\n",
	"a:\n  - b: c\n    d: e\n  -   b: c\n      d:\n        - e\n",
	"a:\n  - b:\n    c: d\n  - b:\n      - c\n  - b:\n    - c\n    d: e\n",
	"a: [b, \"c\", 'd e', C#, it's, R&D, -1, null, é, f]\nb: []\nc: [ x ] # y",
	"# c\n\na: b # c\n  # c\n\nd: e#f\n#c",
	"a: # c\n  b: c\n  # c\nd: # c",
	"a: http://e.org:80/#f\nb: c:d\ne: (x) / _ \\ é",
	"k_1: a\nk-2: b\nk.3: c\n4: d\ntrue: e\nnull: f",
}

// declined is front matter that the scanner leaves to yaml.v3: rare forms, and
// errors.
var declined = []string{
	"", "# c", " a: b", "a:b", "a", "- a", "[a]", "\ta: b", "a:\tb", "a: b\t", "a: b: c", "a: b:", "a : b", "é: b", "\"a\": b", "? a\n: b", "a: b\n---\nc: d", "%YAML 1.1",
	"a: &x b", "a: *x", "a: !!str b", "a: {b: c}", "a: |\n  b", "a: >-\n  b", "a: b\n  c", "a: \"b\n  c\"", "a: 'b\n  c'", "<<: a", "a: <<", "a: @b", "a: `b`", "a: %b", "a: - b", "a: ? b", "a: , b",
	"a: b\nA: c", "a: b\na: c", "a:\n  b: c\n  b: d", "a:\n  b: c\n d: e", "a:\n - b\n  - c", "a:\n- b\n - c", "a:\n  - b\n  c: d", "a:\n  -\n    b", "a:\n  - - b", "a: b\n  - c",
	"a: \"b\" c", "a: \"b\"#c", "a: 'b'c", "a: \"\\q\"", "a: \"\\ud800\"", "a: \"\\u12\"", "a: \"\\", "a: \"b\\\"", "a: 'b''",
	"a: [b", "a: [b,]", "a: [b, ]", "a: [,]", "a: [b] c", "a: [b: c]", "a: [[b]]", "a: [{b: c}]", "a: [b\n]", "a: [*b]", "a: [b #c]", "a: [b ?c]", "a: []#c", "a: [\"b\"c]", "a: [- b]",
	"a:\n  - b\n  # c\n   d", "a: b\n # c\n  d", "a: #c\n b", "x:\n" + strings.Repeat(" ", 40) + strings.Repeat("- ", 20) + "b",
}

// TestScan holds which forms the scanner reads and which it declines.
func TestScan(t *testing.T) {
	for _, text := range scanned {
		if !scan(new(Tree), text) {
			t.Errorf("declined: %q", text)
		}
	}
	for _, text := range declined {
		if scan(new(Tree), text) {
			t.Errorf("read: %q", text)
		}
	}
	deep, wide := strings.Builder{}, strings.Builder{}
	for i := range 2 * scannedKeys {
		fmt.Fprintf(&deep, "%*sa:\n", i, "")
		fmt.Fprintf(&wide, "k%d: a\n", i)
	}
	if scan(new(Tree), deep.String()) || scan(new(Tree), wide.String()) {
		t.Error("read what takes too much time or memory")
	}
}

// FuzzScan holds the scanner to yaml.v3: what it does not decline is the same
// tree, with the same places.
func FuzzScan(f *testing.F) {
	for _, text := range append(scanned, declined...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		legibly, _ := replaceUnprintable(lineFeeds([]byte(text)))
		text = string(legibly)
		var ours, theirs Tree
		if !scan(&ours, text) {
			return
		}
		if err := parseAnyYAML(&theirs, text); err != nil {
			t.Fatalf("%q: yaml.v3 says %v", text, err)
		}
		if len(theirs.nodes) == 0 {
			t.Fatalf("%q: nothing to yaml.v3", text)
		}
		if diff := unlike(&ours, &theirs, 0, 0); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

// unlike tells where two trees differ. The place of a null is not compared, because
// no problem names it.
func unlike(a, b *Tree, i, j int32) string {
	m, n := a.nodes[i], b.nodes[j]
	if m.kind != n.kind || m.null != n.null || m.merge != n.merge || !m.null && (a.scalar(i) != b.scalar(j) || m.line != n.line || m.col != n.col) {
		return fmt.Sprintf("%+v is %q, to yaml.v3 %+v %q", m, a.scalar(i), n, b.scalar(j))
	}
	for i, j = m.first, n.first; i != 0 && j != 0; i, j = a.nodes[i].next, b.nodes[j].next {
		if diff := unlike(a, b, i, j); diff != "" {
			return diff
		}
	}
	if i != j && (i == 0 || j == 0) {
		return fmt.Sprintf("%+v and %+v: one ends sooner", m, n)
	}
	return ""
}

// TestScanCorpus reads the front matter of every real article, and of every
// version of it that there has been, in both ways.
func TestScanCorpus(t *testing.T) {
	t.Parallel()
	files, direct := 0, 0
	eachVersion(t, func(name string, src []byte) {
		_, front, _ := bytes.Cut(lineFeeds(src), []byte("\n"))
		end, _ := closingLine(front, 0, []string{"---"})
		if end < 0 {
			t.Errorf("%s: no front matter", name)
			return
		}
		files++
		var ours, theirs Tree
		if !scan(&ours, string(front[:end])) {
			return
		}
		direct++
		if err := parseAnyYAML(&theirs, string(front[:end])); err != nil {
			t.Errorf("%s: yaml.v3 says %v", name, err)
		} else if diff := unlike(&ours, &theirs, 0, 0); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	})
	t.Logf("%d of %d read by the scanner", direct, files)
	if direct*1000 < files*999 {
		t.Errorf("only %d of %d read by the scanner", direct, files)
	}
}

// eachVersion calls check with each article of the corpus, where it is at hand,
// and of its history.
func eachVersion(t *testing.T, check func(name string, src []byte)) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	root := filepath.Join(corpus, "articles")
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(file)
		check(strings.TrimPrefix(filepath.ToSlash(file), filepath.ToSlash(root)+"/"), src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	history, err := os.Open(filepath.Join(corpus, "history.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer history.Close()
	plain, err := gzip.NewReader(history)
	if err != nil {
		t.Fatal(err)
	}
	for changes := json.NewDecoder(plain); ; {
		var c struct{ Op, Path, Content string }
		if err := changes.Decode(&c); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if c.Op == "write" {
			check(c.Path, []byte(c.Content))
		}
	}
}
