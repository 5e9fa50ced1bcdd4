package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestColumns(t *testing.T) {
	print := func(color bool) string {
		var b bytes.Buffer
		c := columns{w: &b, color: color}
		c.line("state", "ready")
		c.table("FEEDS", "polls", "unchanged")
		c.line("  東京", "1,234", "–")
		c.line("  Café", "5", "100 %")
		c.title(red, "HELD\x1b[2J")
		c.line("  a\tb", "x")
		c.flush()
		return b.String()
	}
	const want = `state  ready

FEEDS   polls  unchanged
  東京  1,234          –
  Café      5      100 %

HELD�[2J
  a�b  x
`
	if got := print(false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got := print(true)
	for _, code := range []string{bold, red} {
		if !strings.Contains(got, "\x1b["+code+"m") {
			t.Errorf("lacks colour %s: %q", code, got)
		}
	}
	got = strings.NewReplacer("\x1b["+bold+"m", "", "\x1b["+red+"m", "", "\x1b[0m", "").Replace(got)
	if got != want {
		t.Errorf("colours move columns:\n%s", got)
	}
	if isColourful(&bytes.Buffer{}) {
		t.Error("colours where there is no terminal")
	}
}

func TestShortened(t *testing.T) {
	for text, want := range map[string]string{"short": "short", "longer": "long…", "東京都": "東京…", "": ""} {
		if got := shortened(text, 5); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
