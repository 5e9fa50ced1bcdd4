package feedtest

import (
	"fmt"
	"strings"
)

// Shape is a kind of hostile article that grows with a size. What it costs to read must
// grow at most in proportion.
type Shape struct {
	Name string
	Ext  string // ending of the file, with its dot
	Make func(size int) []byte
}

// frontMatterRoom is a little less than the most bytes that front matter may have, so
// that shapes reach that limit from below.
const frontMatterRoom = 64<<10 - 64

// FrontMatterShapes are articles whose front matter is hostile. A shape has front
// matter of about size bytes as long as that is allowed, and text for the rest of size.
// Those whose names end in "too long" have more front matter than is allowed.
func FrontMatterShapes() []Shape {
	all := append(append(yamlShapes(), tomlShapes()...), jsonShapes()...)
	return append(all,
		Shape{"yaml too long", ".md", func(size int) []byte { return wrap("---\n", repeated("k%d: v\n", size, 0), "---\n", 0) }},
		Shape{"toml too long", ".md", func(size int) []byte { return wrap("+++\n", repeated("k%d = 1\n", size, 0), "+++\n", 0) }},
		Shape{"json too long", ".md", func(size int) []byte { return wrap("{", repeated("\"k%d\":1,", size, 0), "\"end\":1}\n", 0) }},
	)
}

// wrap makes a file of front matter and of text up to size bytes.
func wrap(first, front, last string, size int) []byte {
	b := append(append([]byte(first), front...), last...)
	const line = "Some words of text.\n"
	return append(b, strings.Repeat(line, max(1, (size-len(b))/len(line)))...)
}

// repeated writes a format with the numbers from 0 on, up to size bytes and less
// another number of them.
func repeated(format string, size, less int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-less-len(format)-4; i++ {
		if strings.Contains(format, "%") {
			fmt.Fprintf(&b, format, i)
		} else {
			b.WriteString(format)
		}
	}
	return b.String()
}

// filler is a text of size bytes.
func filler(size int) string { return strings.Repeat("x", max(size, 1)) }

// aliased makes front matter of an anchor on a long text, which is then named again and
// again between begin and end.
func aliased(value, begin, named, end string) func(size int) string {
	return func(size int) string {
		return "long: &a " + strings.ReplaceAll(value, "LONG", filler(size*30/64)) + "\n" + begin + repeated(named, size/2, len(begin)+len(end)+20) + end + "\n"
	}
}

// listed makes front matter of parts between begin and end.
func listed(begin, part, end string) func(size int) string {
	return func(size int) string { return begin + repeated(part, size, len(begin)+len(end)) + end + "\n" }
}

// long makes front matter of one long value.
func long(begin, part, end string) func(size int) string { return listed(begin, part, end) }

func yamlShapes() []Shape {
	return shapes("yaml ", "---\n", "---\n", []front{
		{"alias in enclosure", aliased("https://example.com/LONG", "enclosure: [", "*a,", "*a]")},
		{"alias in authors", aliased("LONG", "authors: [", "*a,", "*a]")},
		{"alias in authors as keys", aliased("LONG", "authors: [", "{name: b%d,url: *a},", "*a]")},
		{"alias in names of authors", aliased("LONG", "authors: [", "{name: *a,url: b%d},", "*a]")},
		{"alias in images", aliased("{url: https://example.com/LONG}", "images: [", "*a,", "*a]")},
		{"alias in titles of images", aliased("LONG", "images: [", "{url: /%d,title: *a},", "*a]")},
		{"alias in related", aliased("LONG", "related: [", "{url: /%d,title: *a},", "*a]")},
		{"alias in topics", aliased("LONG", "topics: [", "*a,", "*a]")},
		{"alias in categories", aliased("LONG", "categories: [", "*a,", "*a]")},
		{"alias in authors of provider", aliased("LONG", "provider: {name: x, authors: [", "*a,", "*a]}")},
		{"alias in images of provider", aliased("https://example.com/LONG", "provider: {name: x, images: [", "*a,", "*a]}")},
		{"alias in any key", aliased("LONG", "", "k%d: *a\n", "")},
		{"aliases of aliases", billionLaughs},
		{"alias of its own list", listed("authors: &a [", "*a,", "*a]")},
		{"alias of keys that hold it", func(size int) string {
			return "provider: &a\n" + repeated("  k%d: 1\n", size, size/2) + "  authors: [" + repeated("*a,", size, size/2) + "*a]\n"
		}},
		{"chain of merges", mergeChain},
		{"merges of many", func(size int) string {
			return repeated("k%d: &a%[1]d {x%[1]d: 1}\n", size*3/4, 0) + "images: [{<<: [" + repeated("*a%d,", size/8, 0) + "*a0]},{<<: [" + repeated("*a%d,", size/16, 0) + "*a0]}]\n"
		}},
		{"doubling merges", listed("k0: &a0 {name: x}\nk1: &a1 {<<: [*a0, *a0]}\nk2: &a2 {<<: [*a1, *a1]}\n", "d%d: {<<: [*a0, *a1, *a2]}\n", "")},
		{"merges in merges", func(size int) string {
			const open = "{a: 1, <<: "
			n := (size - 20) / (len(open) + 1)
			return "m: " + strings.Repeat(open, n) + "{}" + strings.Repeat("}", n) + "\n"
		}},
		{"maps that merge a big one", func(size int) string {
			return "big: &a\n" + repeated("  k%d: 1\n", size/2, 0) + "images: [" + repeated("{<<: *a},", size/2, 40) + "{<<: *a}]\n"
		}},
		{"big map named often", func(size int) string {
			return "big: &a\n" + repeated("  k%d: 1\n", size/2, 0) + "related: [" + repeated("*a,", size/2, 40) + "*a]\n"
		}},
		{"many anchors", listed("a:\n", "- &a%d x\n", "")},
		{"many anchors in a list", listed("topics:\n", "- &a%d x%[1]d\n", "")},
		{"many images", listed("images: [", "a%d,", "b]")},
		{"many enclosures", listed("enclosures:\n", "- a%d\n", "")},
		{"many authors", listed("authors:\n", "- a%d\n", "")},
		{"many related", listed("related:\n", "- /a%d\n", "")},
		{"many topics", listed("topics: [", "a%d,", "b]")},
		{"many topics in a text", listed("topics: ", "a%d,", "b")},
		{"many categories", listed("categories:\n", "- a%d\n", "")},
		{"many of one", listed("topics: [", "a,", "a]")},
		{"many wrong values", listed("images: [", "[],", "[]]")},
		{"many wrong addresses", listed("images: [", "'ftp://x%d',", "x]")},
		{"many keys", listed("", "k%d: v\n", "")},
		{"many keys of one map", listed("provider:\n", "  k%d: v\n", "")},
		{"many keys in quotes", listed("images:\n- url: a\n", "  \"\\u00e9%d\": v\n", "")},
		{"deep lists", listed("a: ", "[", "")},
		{"deep lists closed", func(size int) string {
			return "a: " + strings.Repeat("[", min(size/2, 9000)) + strings.Repeat("]", min(size/2, 9000)) + "\n" + repeated("k%d: v\n", size, 20000) + "\n"
		}},
		{"deep blocks", func(size int) string {
			var b strings.Builder
			for i := 0; b.Len() < size-400; i++ {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}},
		{"deep dashes", listed("a:\n  ", "- ", "x")},
		{"comments", listed("a: [\n", "# c\n", "]")},
		{"comments between keys", listed("", "k%d: !!str v\n# c\n\n# d\n\n", "")},
		{"many lines of a text", listed("title: \"", "a\n\n ", "\"")},
		{"block text", listed("title: |\n", "  a\n", "")},
		{"questions", listed("", "? ", "a")},
		{"key in brackets", listed("a: {", "k%d: {a: b}, ", "}")},
		{"error at the end", listed("a: [x]\n", "k%d: [v]\n", "end: [")},
		{"error in the middle", listed("a: [x]\nb: *b\n", "k%d: [v]\n", "")},
		{"long title", long("title: ", "x<b>&amp;</b> ", "y")},
		{"long topic", long("topics: ", "x\u00e9", "y")},
		{"long topic that grows", long("topics: ", "\ufdfa", "y")},
		{"long id", long("id: urn:x:", "x", "y")},
		{"long id of words", long("id: ", "x ", "y")},
		{"long address", long("webUrl: https://example.com/", "\u00e9", "y")},
		{"long host", long("webUrl: https://", "\u00e9\u4e00", ".com/")},
		{"many hosts", listed("images: [", "//\u00e9\u4e00\u65e5%d,", "x]")},
		{"many wrong dates", listed("related: [", "{date: 2021-3x},", "x]")},
		{"many wrong people", listed("authors: [", "{name: a%d,email: \"a@(\"},", "x]")},
		{"long date", long("date: ", "2021 ", "y")},
		{"long time of change", long("updated: ", "1", "y")},
		{"long language", long("language: en-", "x-a-", "y")},
		{"long e-mail address", long("author: a <", "(", "@example.com>")},
		{"long media type", long("enclosure: {url: /a, type: \"a/b", "; c%d=d", "\"}")},
		{"long number", long("heat: ", "1_", "1")},
		{"long slug and pattern", func(size int) string {
			return "slug: " + strings.Repeat("!", size/2) + "\npermalink: /" + repeated(":slug", size/2, 60) + "\n"
		}},
		{"long title and pattern", func(size int) string {
			return "title: " + filler(size/2) + "\nslug: " + filler(size/8) + "\npermalink: /" + repeated(":title/:slug/", size/3, 60) + "\n"
		}},
		{"pattern without end", long("permalink: /:", "a", "/:b")},
		{"categories and pattern", func(size int) string {
			return "categories: [" + repeated("c%d,", size/2, 0) + "d]\npermalink: /" + repeated(":categories", size/2, 60) + "\n"
		}},
		{"featured", long("featuredContent: \"", "<iframe src=x>", "\"")},
	})
}

func tomlShapes() []Shape {
	return shapes("toml ", "+++\n", "+++\n", []front{
		{"dotted key", listed("", "a.", "b = 1")},
		{"dotted keys", listed("", "a%d.b.c.d.e.f.g.h = 1\n", "")},
		{"dotted table", listed("[", "a.", "b]")},
		{"dotted tables", listed("", "[a%d.b.c.d.e.f.g.h]\n", "")},
		{"key in quotes", listed("\"", "a", "\" = 1")},
		{"tables in a list", listed("", "[[images]]\nurl='/%d'\n", "")},
		{"empty tables in a list", listed("", "[[a]]\n", "")},
		{"tables in lists in tables", listed("", "[[a]]\n[[a.b]]\n[[a.b.c]]\n", "")},
		{"tables in braces", listed("images = [", "{url='/%d'},", "{}]")},
		{"deep tables in braces", listed("a = ", "{a=", "")},
		{"deep lists", listed("a = ", "[", "")},
		{"deep lists closed", func(size int) string {
			return "a = " + strings.Repeat("[", size/2-20) + strings.Repeat("]", size/2-20) + "\n"
		}},
		{"many topics", listed("topics = [", "'a%d',", "'b']")},
		{"many keys", listed("", "k%d = 1\n", "")},
		{"many keys of one table", listed("[provider]\n", "k%d = 1\n", "")},
		{"many tables", listed("", "[t%d]\n", "")},
		{"many dates", listed("a = [", "2021-03-29,", "1]")},
		{"many quotes", listed("title = \"\"\"", "\"\" \n", "\"\"\"")},
		{"many escapes", listed("title = \"", "\\u00e9", "\"")},
		{"one key twice", listed("", "k%d = 1\n", "k0 = 2")},
		{"error at the end", listed("", "k%d = 1\n", "k")},
		{"long key twice", func(size int) string { return filler(size/2-20) + " = 1\n" + filler(size/2-20) + " = 2\n" }},
		{"comments", listed("a = [", "# c\n", "]")},
		{"keys of a long table", func(size int) string { return "[" + filler(size/2) + "]\n" + repeated("k%d=1\n", size/2, 20) }},
		{"long keys of tables in a list", listed("", "[[long.name.of.a.table.that.is.long.for.each]]\nk.k.k.k.k.k=1\n", "")},
		{"long key of lists", func(size int) string { return filler(size/2) + "=[" + repeated("[],", size/2, 20) + "]\n" }},
		{"long key of braces", func(size int) string { return filler(size/2) + "=[" + repeated("{a=1},", size/2, 20) + "]\n" }},
	})
}

func jsonShapes() []Shape {
	return shapes("json ", "{", "}\n", []front{
		{"many topics on one line", listed("\"topics\":[", "\"a%d\",", "1]")},
		{"many numbers on one line", listed("\"a\":[", "1,", "1]")},
		{"many images", listed("\"images\":[", "{\"url\":\"/%d\"},", "1]")},
		{"many lines", listed("\"a\":[", "1,\n", "1]")},
		{"many keys", listed("", "\"k%d\":1,", "\"end\":1")},
		{"one key twice", listed("", "\"k%d\":1,", "\"k0\":1")},
		{"deep lists", listed("\"a\":", "[", "")},
		{"deep keys", listed("\"a\":", "{\"a\":", "1")},
		{"many escapes", listed("\"title\":\"", "\\u0041", "\"")},
		{"many nulls", listed("\"authors\":[", "null,", "null]")},
		{"many wrong values", listed("\"images\":[", "[],", "[]]")},
		{"spaces", listed("\"a\":1", " \n", "")},
		{"error at the end", listed("\"a\":[", "1,", "")},
		{"line feed in a long text", listed("\"a\":\"", "x", "")},
	})
}

// front makes front matter of about size bytes, without the lines around it.
type front struct {
	name string
	make func(size int) string
}

func shapes(language, first, last string, fronts []front) []Shape {
	all := make([]Shape, len(fronts))
	for i, f := range fronts {
		all[i] = Shape{language + f.name, ".md", func(size int) []byte {
			return wrap(first, f.make(min(size, frontMatterRoom)), last, size)
		}}
	}
	return all
}

// billionLaughs has lists that each name the one before nine times, and the last one
// over and over.
func billionLaughs(size int) string {
	var b strings.Builder
	b.WriteString("l0: &l0 [lol]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "l%d: &l%[1]d [%s*l%d]\n", i+1, strings.Repeat(fmt.Sprintf("*l%d,", i), 8), i)
	}
	return b.String() + "topics: [" + repeated("*l9,", size, b.Len()+20) + "*l9]\n"
}

// mergeChain has mappings that each merge the one before, and a list of the last one.
func mergeChain(size int) string {
	var b strings.Builder
	b.WriteString("m0: &m0 {k0: 1}\n")
	n := 1
	for ; b.Len() < size*3/4; n++ {
		fmt.Fprintf(&b, "m%d: &m%[1]d {<<: *m%d, k%[1]d: 1}\n", n, n-1)
	}
	named := fmt.Sprintf("*m%d,", n-1)
	return b.String() + "images: [" + repeated(named, size, b.Len()+20) + named + "]\n"
}
