package body

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/frontmatter"
)

var renderer = NewRenderer(address.NewSite("https://example.org/base"), []string{"player.example.org"})

// TestCorpus holds that sanitising loses no text of any real article, where they
// are at hand.
func TestCorpus(t *testing.T) {
	root := "../../../../../shared/corpus/articles"
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	n := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && file != root {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		f, err := new(frontmatter.Tree).Parse(src)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			return nil
		}
		n++
		before, markup := string(f.Body), HTML
		if filepath.Ext(file) == ".md" {
			before, markup = rendered(t, before), Markdown
		}
		b := renderer.Body(f.Body, markup, "")
		if before, after := visible(before), visible(b.clean(t.Context(), "").html); len(after) < len(before) {
			t.Errorf("%s: %d bytes of visible text, of %d", file, len(after), len(before))
		}
		return nil
	})
	if err != nil || n != 402 {
		t.Errorf("%d articles, %v; want 402", n, err)
	}
}

// rendered is the HTML of Markdown that exceeds no limit.
func rendered(t *testing.T, src string) string {
	html, limit := renderMarkdown(t.Context(), src)
	if limit != nil {
		t.Error(limit)
	}
	return html
}

// visible is the text that a browser shows of src, without white space.
func visible(src string) string {
	doc, err := nethtml.Parse(strings.NewReader(src))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if p := n.Parent; n.Type == nethtml.TextNode && !slices.Contains([]string{"style", "script", "title", "noscript"}, p.Data) {
			b.WriteString(strings.Join(strings.Fields(n.Data), ""))
		}
	}
	return b.String()
}
