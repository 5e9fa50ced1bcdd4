package frontmatter

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"feedmill/feeds"
)

// keysOf lists the keys and texts of a value with keys, in their order.
func keysOf(v Value) (all []string) {
	for k, n := range v.t.pairs(v.node) {
		all = append(all, v.t.scalar(k)+"="+v.t.scalar(n))
	}
	return all
}

func topValue(t *testing.T, src, key string) Value {
	t.Helper()
	var tree Tree
	if _, err := tree.Parse([]byte(src)); err != nil {
		t.Fatal(err)
	}
	for k, v := range tree.Keys() {
		if k == key {
			return v
		}
	}
	t.Fatalf("no %s in %s", key, src)
	return Value{}
}

// TestMerge holds the order in which merged keys come: own ones, then those of what is
// merged, then those of what that merges, each mapping once.
func TestMerge(t *testing.T) {
	const src = `---
a: &a {x: a, "y": a}
b: &b {<<: *a, x: b, z: b, n: ~}
c: &c {z: c, w: c, <<: [*b, *a, *b]}
d:
  <<: [*c, {v: d, <<: *a}, text, [*b]]
  own: d
  <<: {last: d}
e: {<<: ~, own: e}
---
`
	for key, want := range map[string]string{
		"a": "x=a y=a",
		"b": "x=b z=b x=a y=a",
		"c": "z=c w=c x=b z=b x=a y=a",
		"e": "own=e",
		"d": "own=d last=d z=c w=c v=d x=a y=a x=b z=b",
	} {
		if got := strings.Join(keysOf(topValue(t, src, key)), " "); got != want {
			t.Errorf("%s has %s, want %s", key, got, want)
		}
	}
}

// TestIn holds that the first of several names counts, wherever it stands, and of
// equal ones the first key.
func TestIn(t *testing.T) {
	v := topValue(t, "---\nm: {C: 1, b: 2, B: 3, "+strings.Repeat("x", 1000)+": 4, '\u212a': 5, \"q\\u0051\": 6}\n---\n", "m")
	for names, want := range map[string]string{"a b c": "2", "c b": "1", "a": "", "b": "2", "k": "5", "QQ": "6", "a c b": "1", "": ""} {
		if got := v.In(strings.Fields(names)...).Scalar(); got != want {
			t.Errorf("%s: %q, want %q", names, got, want)
		}
	}
}

// TestLocate holds places in any order, several in one line, and beyond its end.
func TestLocate(t *testing.T) {
	f := File{text: []byte("é1é2\nx\n\n日本é")}
	var problems []*feeds.Problem
	for _, at := range [][2]int{{4, 3}, {1, 4}, {1, 2}, {0, 0}, {2, 1}, {4, 4}, {1, 2}, {9, 1}, {4, 90}} {
		problems = append(problems, &feeds.Problem{Line: at[0], Col: at[1], Message: fmt.Sprint(at)})
	}
	f.Locate("a", problems)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%s at %d:%d", p.Message, p.Line, p.Col))
	}
	want := []string{"[0 0] at 0:0", "[1 2] at 1:3", "[1 2] at 1:3", "[1 4] at 1:6", "[2 1] at 2:1", "[4 3] at 4:7", "[4 4] at 4:9", "[4 90] at 4:9", "[9 1] at 9:1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestTooLong holds the limit of front matter in each language, to the byte.
func TestTooLong(t *testing.T) {
	filled := func(begin, end string, size int) string {
		return begin + strings.Repeat("x", size-len(begin)-len(end)) + end
	}
	const most = maxFrontMatter
	for name, make := range map[string]func(size int) string{
		"yaml": func(size int) string { return "---\n" + filled("a: ", "\n", size) + "---\n" },
		"toml": func(size int) string { return "+++\n" + filled("a='", "'\n", size) + "+++\n" },
		"json": func(size int) string { return filled(`{"a":"`, `"}`, size) + "\nText" },
	} {
		var tree Tree
		if _, err := tree.Parse([]byte(make(most))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		tree.Reset()
		if _, err := tree.Parse([]byte(make(most + 1))); err == nil || err.Error() != tooLong().Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTOMLCost holds what the cost of TOML is made of, whatever stands in texts.
func TestTOMLCost(t *testing.T) {
	long, deep := strings.Repeat("k", 1000), strings.Repeat("[", maxDepth+1)
	for _, c := range []struct {
		name, text string
		deep       bool
	}{
		{"quotes", `a = "` + deep + `\"` + deep + `"`, false},
		{"single quotes", `a = '` + deep + `\'` + "\nb = '" + deep + "'", false},
		{"lines", "a = \"\"\"\n" + deep + "\"\"\"\"\"\nb = '''\n" + deep + "'''''", false},
		{"comment", "# " + deep + "\na = [ # " + deep + "\n 1, # " + deep + "\n]", false},
		{"dots in quotes", `"` + strings.Repeat("a.", 100) + `" = 1`, false},
		{"dots in a text", `a = "` + strings.Repeat("a.", 100) + `"`, false},
		{"after quotes", `a = ["""x""""", ` + deep, true},
		{"after single quotes", `a = ['', '''x'''', ` + deep, true},
		{"dots", strings.Repeat("a.", maxDepth) + "a = 1", true},
		{"dots in brackets", "[" + strings.Repeat("a.", maxDepth) + "a]", true},
		{"dots in double brackets", "[[" + strings.Repeat("a.", maxDepth) + "a]]", true},
		{"dots in braces", "x = [{ a = 1, # {\n" + strings.Repeat("a.", maxDepth) + "a = 1}]", true},
		{"braces", "a = " + strings.Repeat("{a = ", maxDepth), true},
	} {
		var cost tomlCost
		if cost.read(c.text); cost.deep != c.deep || cost.cost > maxTOMLCost {
			t.Errorf("%s: deep %v, cost %d", c.name, cost.deep, cost.cost)
		}
	}
	for name, text := range map[string]string{
		"table":           "[" + strings.Repeat(long, 30) + "]\n" + strings.Repeat("k = 1\n", 5000),
		"tables":          strings.Repeat("[["+long+"."+long+"]]\n"+strings.Repeat("k.k.k.k.k.k = 1\n", 60), 20),
		"key of lists":    strings.Repeat(long, 30) + " = [" + strings.Repeat("[],", 10000) + "]",
		"key of braces":   strings.Repeat(long, 30) + " = [" + strings.Repeat("{},", 10000) + "]",
		"key in braces":   strings.Repeat(long, 30) + " = {" + strings.Repeat("k = 1,", 5000) + "}",
		"key far outside": strings.Repeat(long, 30) + " = {a = [{b = {" + strings.Repeat("k = 1,", 5000) + "}}]}",
	} {
		var tree Tree
		_, err := tree.Parse([]byte("+++\n" + text + "\n+++\n"))
		if err == nil || !strings.Contains(err.Error(), "come to more than 4 MiB up to here") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
