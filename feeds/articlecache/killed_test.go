package articlecache

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedmill/feeds/ledger"
)

// TestKilled kills a process that notes article after article, again and again:
// the ledger opens, and holds everything that Note returned for, and what the
// cache holds is right.
func TestKilled(t *testing.T) {
	if file := os.Getenv("FEEDMILL_LEDGER"); file != "" {
		noteForEver(t, file)
		return
	}
	file := filepath.Join(t.TempDir(), "ledger.db")
	acknowledged := 0
	for round := range 12 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "FEEDMILL_LEDGER="+file)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1)
		for range 5 + rand.IntN(40) {
			if n, _ := out.Read(buf); n == 1 && buf[0] == '.' {
				acknowledged++
			}
		}
		cmd.Process.Kill()
		rest := make([]byte, 1<<16)
		for {
			n, err := out.Read(rest)
			acknowledged += strings.Count(string(rest[:n]), ".")
			if err != nil {
				break
			}
		}
		cmd.Wait()
		if err := ledger.Check(file); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		l, err := ledger.Open(file)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if n := len(slices.Collect(l.Paths())); n < acknowledged {
			t.Errorf("round %d: %d records of %d acknowledged", round, n, acknowledged)
		}
		l.Close()
		s := openStock(t, filepath.Dir(file), Fingerprint{})
		for path, e := range s.kept {
			if it, err := e.Article.Item(t.Context()); err != nil || it.HTML != "<p>"+strings.TrimSuffix(path, ".md")+"</p>\n" {
				t.Errorf("round %d: %s comes back as %+v: %v", round, path, it, err)
			}
		}
		if len(s.kept) < acknowledged/2 {
			t.Errorf("round %d: %d articles in the cache, of %d", round, len(s.kept), acknowledged)
		}
		s.close()
	}
	if acknowledged < 50 {
		t.Errorf("only %d notes were made", acknowledged)
	}
}

func noteForEver(t *testing.T, file string) {
	l, err := ledger.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s := openStock(t, filepath.Dir(file), Fingerprint{})
	for i := len(slices.Collect(s.l.Paths())); ; i++ {
		s.round(map[string]string{fmt.Sprintf("%d.md", i): post(fmt.Sprint(i), "", fmt.Sprint(i))})
		fmt.Print(".")
	}
}
