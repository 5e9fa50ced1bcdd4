package config

import (
	"os"
	"strings"
	"testing"
)

// TestPlaceholdersDocumented looks for every part of a link pattern in the docs.
func TestPlaceholdersDocumented(t *testing.T) {
	text, err := os.ReadFile("../cmd/feedmill/docs/links.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tokens {
		if !strings.Contains(string(text), "`:"+name+"`") {
			t.Errorf("docs/links.md does not explain :%s", name)
		}
	}
}
