package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"feedmill/config"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeSettings holds the table of settings to the program.
func TestReadmeSettings(t *testing.T) {
	var want strings.Builder
	for _, s := range config.Settings() {
		def := s.Default
		if def == "" {
			def = "–"
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", s.Key, def, s.Meaning)
	}
	_, rest, _ := strings.Cut(readme(t), "| setting | default | meaning |\n| --- | --- | --- |\n")
	got, _, found := strings.Cut(rest, "<!-- end of settings -->")
	if !found || got != want.String() {
		t.Errorf("README.md has another table of settings than the program; the program's:\n%s", want.String())
	}
}

// TestReadmeCommands looks for every command and for the two that newcomers need.
func TestReadmeCommands(t *testing.T) {
	text := readme(t)
	for _, c := range newRoot().Commands() {
		if c.Name() != "help" && !strings.Contains(text, "`feedmill "+c.Name()) {
			t.Errorf("README.md does not name the command %q", c.Name())
		}
	}
	for _, line := range []string{"    go run ./cmd/feedmill serve cmd/feedmill/example\n", "    go test ./...\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("README.md lacks the line %q", line)
		}
	}
}
