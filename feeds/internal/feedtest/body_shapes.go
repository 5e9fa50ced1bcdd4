package feedtest

import "strings"

// BodyShapes are articles whose text is hostile: HTML, Markdown and plain text, and
// templates in Markdown whose names begin with "liquid" for Jekyll and "shortcode" for
// Hugo. A shape has a file of about size bytes.
func BodyShapes() []Shape {
	var all []Shape
	for _, group := range []struct {
		prefix, ext string
		texts       []hostileText
	}{
		{"html ", ".html", hostileHTML},
		{"html ", ".html", hostileTables},
		{"markdown ", ".md", hostileBlocks},
		{"markdown ", ".md", hostileInlines},
		{"liquid ", ".md", hostileLiquid},
		{"shortcode ", ".md", hostileShortcodes},
		{"text ", ".txt", hostilePlain},
	} {
		for _, t := range group.texts {
			all = append(all, Shape{group.prefix + t.name, group.ext, func(size int) []byte {
				return []byte(plainFront + t.make(size-len(plainFront)))
			}})
		}
	}
	return append(all, Shape{"html featured content", ".html", func(size int) []byte {
		return []byte("---\nfeaturedContent: '" + repeated("<html a%d=b>", min(size, frontMatterRoom), 40) + "<iframe src=/v>'\n---\ntext\n")
	}})
}

const plainFront = "---\ntitle: Hostile\ndate: 2024-01-02\n---\n"

// hostileText is a text that grows with a size.
type hostileText struct {
	name string
	make func(size int) string
}

// again writes a part up to a size; "%d" in it is another number each time.
func again(part string) func(int) string { return between("", part, "") }

// between writes begin, a part again and again, and end.
func between(begin, part, end string) func(size int) string {
	return func(size int) string { return begin + repeated(part, size, len(begin)+len(end)) + end + "\n" }
}

// halves writes a part up to half of a size, and then another.
func halves(first, second string) func(size int) string {
	return func(size int) string { return repeated(first, size/2, 0) + repeated(second, size/2, 0) + "\n" }
}

// named writes a part up to a size that has LONG of a share of it in begin.
func named(begin string, share int, part string) func(size int) string {
	return func(size int) string {
		start := strings.ReplaceAll(begin, "LONG", filler(size/share))
		return start + repeated(part, size, len(start)) + "\n"
	}
}

var hostileHTML = []hostileText{
	{"attributes of html", again("<html a%d=b>")},
	{"attributes of body", again("<body a%d=b>")},
	{"attributes of one element", between("<p", " a%d=b", ">text")},
	{"attributes without values", between("<p", " a%d", ">text")},
	{"elements never closed", again("<div>")},
	{"inline elements never closed", again("<span>x")},
	{"closing tags only", again("</p>")},
	{"deep and shallow", again(strings.Repeat("<div>", 200) + "x" + strings.Repeat("</div>", 200))},
	{"formatting in each paragraph", again("<p><b a=%d>x")},
	{"formatting left open by paragraphs", halves("<p><font color=c%d>x</p>", "<p>x</p>")},
	{"formatting with long attributes", named("<p>"+strings.Repeat("<font title=LONG>", 3)+"</p>", 8, "<p>x")},
	{"formatting of all kinds", named("<p><b><i><u><s><tt><em><big><code><small><strong><strike>", 8, "<p>x")},
	{"formatting left open by objects", again("<b a=%d><object></b></object>x")},
	{"formatting left open by svg", again("<svg><object><b a=%d></object></svg>x")},
	{"formatting hidden by svg", again("<svg><title><b a=%d></title></svg><p>x</p>")},
	{"formatting closed across blocks", again("<b><i><p></b>x</i></p>")},
	{"formatting closed above blocks", again("<b><div>x</b>y")},
	{"formatting and blocks", func(size int) string {
		return strings.Repeat("<b id=x><p>", 200) + repeated("</b><b>x", size, 2200)
	}},
	{"links in links", again("<a href=/%d>x")},
	{"links in paragraphs", again("<p><a href=/%d>x</p>")},
	{"nobr in nobr", again("<nobr a=%d>x")},
	{"lists in lists", again("<ul><li>x")},
	{"items never closed", again("<li>x<dd>y")},
	{"headings in headings", again("<h1>x<h2>y")},
	{"svg and math", again("<svg><math><mi><p>x")},
	{"templates", again("<template><td>x")},
	{"selects", again("<select><option>x<b>")},
	{"framesets", again("<frameset><frame>")},
	{"comments never closed", again("<!-- ")},
	{"comments closed", again("<!---->")},
	{"declarations", again("<!DOCTYPE a>")},
	{"scripts never closed", again("<script>x")},
	{"plaintext", again("<plaintext>x")},
	{"textareas", again("<textarea></textarea>")},
	{"references", again("&quot;&amp;&notit;")},
	{"references without an end", again("&x&#1")},
	{"quotes", again(`"'<>`)},
	{"short addresses", again("<a href=x></a>")},
	{"images with late addresses", again("<img data-src=x>")},
	{"queries", again("<a href='?a&\"b&<c'>x</a>")},
	{"frames", again("<iframe src=//youtube.com/embed/%d></iframe>")},
	{"frames by name", between("<iframe title='", "x\"", "' src=//youtube.com/embed/x></iframe>")},
	{"zero bytes", again("<p>\x00\x00\x00")},
	{"line feeds", again("\n\n")},
}

var hostileTables = []hostileText{
	{"tables in tables", again("<table><tr><td>")},
	{"tables in cells left open", again("<table><td><table></td>x")},
	{"text between cells", again("<table>x<tr>y")},
	{"elements between cells", between("<table>", "<b a=%d>x<tr>", "")},
	{"cells", between("<table><tr>", "<td>x", "</table>")},
	{"rows", between("<table>", "<tr><td>x", "</table>")},
	{"columns", between("<table>", "<col><td>", "</table>")},
	{"objects in cells", again("<table><td><object></table><b><b><b><b></b></b></b></b>")},
	{"formatting in cells", again("<td><b a=%d><table></td></table>x")},
	{"formatting in tables in tables", again("<table><table><td><b a=%d></td></table></table>x")},
	{"captions", again("<table><caption><b a=%d>x</table>y")},
}

var hostileBlocks = []hostileText{
	{"many tables of 200 columns", again("|" + strings.Repeat("a|", 200) + "\n|" + strings.Repeat("-|", 200) + "\n" + strings.Repeat("|\n", 100) + "\n")},
	{"one table of many columns", func(size int) string {
		n := size / 8
		return strings.Repeat("|a", n) + "|\n" + strings.Repeat("|-", n) + "|\n" + repeated("|\n", size/2, 0)
	}},
	{"one table of many rows", between("|a|b|\n|-|-|\n", "|1|2|\n", "")},
	{"tables with aligned cells", between("|a|b|c|d|\n|:-:|:-:|:-:|:-:|\n", "|||||\n", "")},
	{"tables with escaped pipes", between("|a|\n|-|\n", "|`\\|`|\n", "")},
	{"rows of dashes", again("a\n-|\n")},
	{"quotes in quotes", again(">")},
	{"quotes in quotes on each line", again(strings.Repeat(">", 90) + "x\n")},
	{"lists in lists", again("- ")},
	{"lists in lists on each line", again(strings.Repeat("- ", 90) + "x\n\n")},
	{"lists in quotes", again("> - ")},
	{"lists in quotes on each line", again(strings.Repeat("> - ", 40) + "x\n")},
	{"lists by indentation", func(size int) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			b.WriteString(strings.Repeat(" ", 2*i) + "- a\n")
		}
		return b.String()[:size]
	}},
	{"blank lines in lists", between(strings.Repeat("- ", 400)+"x\n", "\n", "- x")},
	{"short lines in lists", between(strings.Repeat("- ", 400)+"x\n", "y\n", "")},
	{"many short items", again("- a\n")},
	{"empty items", again("-\n")},
	{"numbered items", again("%d. a\n")},
	{"definitions", again("a\n: b\n")},
	{"definitions in definitions", again(": : ")},
	{"definitions of many terms", between("", "a\n", ": b")},
	{"references defined", again("[r%d]: /%d\n")},
	{"references defined with titles", again("[r%d]: /%d \"\n")},
	{"references to a long address", named("[a]: /LONG\n\n", 4, "[a] ")},
	{"references to a long title", named("[a]: / 'LONG'\n\n", 4, "![a]\n\n")},
	{"references by many names", halves("[r%d]: /%d\n\n", "[r%d]\n\n")},
	{"footnotes", halves("[^n%d] ", "\n[^n%d]: x\n")},
	{"one footnote named often", between("[^a]: x\n\n", "[^a] ", "")},
	{"footnotes defined twice", again("[^a]: x\n\n")},
	{"footnotes in footnotes", again("[^n%d]: [^n%d]\n")},
	{"headings with braces", between("# ", "{a ", "")},
	{"headings with attributes", between("# a {", "a%d=b ", "}")},
	{"headings with open attributes", between("# a ", "{a=\"b {.c ", "")},
	{"headings with lists in attributes", between("# a ", "{a=[", "")},
	{"short headings", again("#\n")},
	{"underlined headings", again("a\n=\n")},
	{"rules", again("---\n")},
	{"one line of dashes and text", between("", "- - ", "x")},
	{"code blocks never closed", again("```\n~~~\n")},
	{"code by indentation", again("    a\n\n")},
	{"tabs", again(">\t\t")},
	{"tabs on each line", again("> \ta\n")},
	{"html blocks", again("<div>\n\n")},
	{"html blocks never closed", again("<script>\n<!--\n<?\n")},
	{"one long paragraph of lines", again("a\n")},
	{"blank lines", again("\n")},
}

var hostileInlines = []hostileText{
	{"emphasis opened", again("*a ")},
	{"emphasis closed", again("a* ")},
	{"emphasis of two kinds", again("*a _b ")},
	{"emphasis within words", again("a_")},
	{"emphasis in emphasis", halves("*a **b ", "c** d* ")},
	{"stars and spaces", again("**x* ")},
	{"strikes", again("~~a ~b ")},
	{"brackets opened", again("[")},
	{"brackets closed", again("]")},
	{"brackets in brackets", halves("[", "]")},
	{"brackets and text", again("[a][")},
	{"brackets on lines", again("[]\n")},
	{"brackets around much code", func(size int) string {
		return strings.Repeat("[", 900) + repeated("`a`", size, 1800) + strings.Repeat("]", 900) + "\n"
	}},
	{"images opened", again("![")},
	{"addresses never closed", again("[a](b")},
	{"addresses in angles", again("[a](<b")},
	{"titles never closed", again("[a](b 'c ")},
	{"titles in parentheses", again("[a](b (c ")},
	{"links in links", halves("[a *b ", "](/c) ")},
	{"links and emphasis", again("[*a](b) *c ")},
	{"code never closed", func(size int) string {
		var b strings.Builder
		for i := 1; b.Len() < size; i++ {
			b.WriteString(strings.Repeat("`", i) + "a ")
		}
		return b.String()
	}},
	{"code spans", again("`")},
	{"code on lines", again("`a\n``b\n")},
	{"tags never closed", again("<a b ")},
	{"tags in quotes", again("<a b='<a c=\"")},
	{"tags with attributes", between("<a", " b='<a c=' d='", "")},
	{"comments never closed", again("<!-- ")},
	{"instructions never closed", again("<?a")},
	{"declarations never closed", again("<!A ")},
	{"sections never closed", again("<![CDATA[ ")},
	{"angles", again("<")},
	{"addresses in angles without an end", again("<a:")},
	{"mail in angles", again("<a.")},
	{"plain addresses", again("http://a.b ")},
	{"one plain address", between("http://a.b/", "a)", "")},
	{"plain addresses and ends", again("http://a.b/;&a;")},
	{"mail", again("a@b.c ")},
	{"mail without an end", again("_a.")},
	{"www", again("(www.a.b")},
	{"references", again("&quot;&lt;")},
	{"backslashes", again("\\")},
	{"hard breaks", again("a  \n")},
	{"quotes", again("\"a&")},
}

var hostileLiquid = []hostileText{
	{"raw never closed", again("{% raw %}")},
	{"raw closed", again("{% raw %}{% endraw %}")},
	{"highlight never closed", again("{% highlight a %}")},
	{"highlight and much white space", again("{% highlight a        ")},
	{"blocks never closed", again("{% ")},
	{"outputs never closed", again("{{ ")},
	{"outputs closed", again("{{ '/' | relative_url }}")},
	{"outputs with quotes never closed", again("{{ '")},
	{"attributes never closed", again("{: ")},
	{"attributes on lines", again("{:\n")},
	{"braces", again("{")},
	{"dashes", again("{%- raw -")},
}

var hostileShortcodes = []hostileText{
	{"highlight never closed", again("{{< highlight a >}}")},
	{"highlight closed", again("{{< highlight a >}}{{< /highlight >}}")},
	{"figures", again("{{< figure src=\"a\" alt=\"b\" >}}")},
	{"figures never closed", again("{{< figure src=\"a")},
	{"figures with many attributes", between("{{< figure ", "a%d=\"b\" ", ">}}")},
	{"videos", again("{{< youtube a >}}")},
	{"videos never closed", again("{{< youtube id=\"")},
	{"never closed", again("{{<{{%")},
}

var hostilePlain = []hostileText{
	{"quotes", again("\"'&<>")},
	{"paragraphs", again("a\n\n")},
	{"lines", again("a\n")},
	{"line feeds", again("\n")},
	{"no text", func(size int) string { return strings.Repeat("\x00\xff", size/2) }},
	{"one word", func(size int) string { return filler(size) }},
	{"numbers", func(size int) string { return strings.Repeat("0", max(0, size-1)) + "1" }},
}
