package article

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpus = "../../../shared/corpus"

// TestCorpus reads every real article, where they are at hand.
func TestCorpus(t *testing.T) {
	root := filepath.Join(corpus, "articles")
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	p := NewParser(Options{SiteURL: "https://smartableai.github.io/microsoft-power-apps"})
	n, hidden := 0, 0
	err := filepath.Walk(root, func(file string, fi os.FileInfo, err error) error {
		if err == nil && fi.IsDir() && strings.HasPrefix(fi.Name(), ".") && file != root {
			return filepath.SkipDir
		}
		if err != nil || fi.IsDir() {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, file)
		a, err := p.Parse(filepath.ToSlash(rel), src)
		if err != nil {
			t.Errorf("%v", err)
			return nil
		}
		n++
		for _, w := range a.Warnings() {
			t.Log(w)
		}
		if a.Hidden != "" {
			hidden++
		}
		it := itemOf(a)
		checkItem(t, it)
		if _, secret, ok := strings.Cut(string(src), "\nsecured: \""); ok {
			secret, _, _ = strings.Cut(secret, "\"")
			if strings.Contains(it.HTML+it.Summary+it.Title, secret[:40]) {
				t.Errorf("%s: secured shows", rel)
			}
		}
		if it.HTML == "" || len(a.Member) == 0 {
			t.Errorf("%s: %+v", rel, it)
		}
		return nil
	})
	if err != nil || n != 402 || hidden == 0 {
		t.Errorf("%d articles, %d hidden, %v; want 402", n, hidden, err)
	}
}
