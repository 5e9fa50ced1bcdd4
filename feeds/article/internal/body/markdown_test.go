package body

import (
	"strings"
	"testing"
)

// TestUsualBodies holds that the bound on cost spares what people write.
func TestUsualBodies(t *testing.T) {
	for name, body := range map[string]string{
		"list of links": strings.Repeat("- [a](https://e.org/a) – *what* it `is`\n", 2000),
		"table":         "|a|b|c|d|\n|-|-|-|-|\n" + strings.Repeat("|1|2|3|4|\n", 5000),
		"prose":         strings.Repeat(strings.Repeat("some _words_ here, ", 20)+"\n\n", 5000),
		"rule":          "a\n\n" + strings.Repeat("-", 200) + "\n",
	} {
		if _, limit := renderMarkdown(t.Context(), body); limit != nil {
			t.Errorf("%s: %v", name, limit)
		}
	}
}
