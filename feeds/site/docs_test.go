package site

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestRoutesDocumented looks for every route in the reference. There, SLUG, MONTH,
// CONDITIONS and TAG stand for what an address leaves open.
func TestRoutesDocumented(t *testing.T) {
	text, err := os.ReadFile("../../cmd/feedmill/docs/addresses.md")
	if err != nil {
		t.Fatal(err)
	}
	open := strings.NewReplacer("archive/*", "archive/MONTH", "page/*", "page/2", "/*/*/", "/topics/SLUG/", "**", "CONDITIONS",
		"FEED", "/topics/SLUG", "KIND", "topics", "FILE", "rss.xml")
	tag := regexp.MustCompile(`^(/style|/script)-.*\.`)
	for _, r := range routes {
		address := tag.ReplaceAllString(open.Replace(r.pattern), "$1-TAG.")
		if address != "/favicon.ico" && !strings.Contains(string(text), "`"+address) {
			t.Errorf("docs/addresses.md does not name %s, which route %s has", address, r.pattern)
		}
	}
}
