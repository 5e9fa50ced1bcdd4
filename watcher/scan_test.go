package watcher

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// scanOnce returns what a scan would report now.
func scanOnce(t *testing.T, w *Watcher) Changes {
	t.Helper()
	c, now := w.differences(t.Context())
	if !c.Rescan {
		w.reported.set(now)
	}
	return c
}

// To a caller that knows all files a scan reports what has changed without an event,
// and what may have.
func TestScanReportsDifferences(t *testing.T) {
	root := makeTree(t, "a.md", "b.md", "c.md", "sub/d.md")
	w := idle(t, root, Options{})
	reports := func(when string, want ...string) {
		t.Helper()
		if c := scanOnce(t, w); !same(c, Changes{Paths: want}) {
			t.Errorf("%s: %+v, want %q", when, c, want)
		}
	}
	settle := func() { // files that have just changed are reported once more
		t.Helper()
		for begin := time.Now(); !same(scanOnce(t, w), Changes{}); {
			if time.Since(begin) > patience {
				t.Fatal("it never comes to rest")
			}
		}
	}
	if c := scanOnce(t, w); !c.Rescan {
		t.Errorf("nothing was reported: %+v, want Rescan", c)
	}
	all := []string{"a.md", "b.md", "c.md", "sub/d.md"}
	for begin := time.Now().Add(-tick); time.Since(begin) >= tick; { // a busy machine may need several attempts
		begin = time.Now()
		for _, name := range all {
			write(t, filepath.Join(root, name), "young")
		}
		files(t, w)
	}
	reports("all is young", all...)
	settle()

	write(t, filepath.Join(root, "a.md"), "without an event")
	write(t, filepath.Join(root, "sub/new.md"), "without an event")
	reports("written and made", "a.md", "sub/new.md")
	settle()

	w.reported.reportAgain("sub/d.md", "gone.md") // by events
	reports("named", "gone.md", "sub/d.md")
	reports("named before")

	if _, _, err := w.ReadFile("b.md", nil, 1); err == nil {
		t.Error("read beyond the limit")
	}
	check(t, os.Symlink(strings.Repeat("x", 300), filepath.Join(root, "long.md")))
	if _, _, err := w.ReadFile("long.md", nil, 1); err == nil {
		t.Error("read through a link that is too long")
	}
	if c := scanOnce(t, w); !c.Rescan {
		t.Errorf("a file of which nothing is known: %+v, want Rescan", c)
	}
	check(t, os.Remove(filepath.Join(root, "long.md")))
	files(t, w)
	settle()

	check(t, os.Remove(filepath.Join(root, "c.md")))
	if c := scanOnce(t, w); !c.Rescan {
		t.Errorf("gone without an event: %+v, want Rescan", c)
	}
}

// What ReadFile failed to read is reported again, but for a file that is too large.
func TestScanReportsWhatCouldNotBeRead(t *testing.T) {
	root := makeTree(t, "a.md", "b.md")
	w := idle(t, root, Options{})
	files(t, w)
	if _, _, err := w.ReadFile("a.md", nil, 1); err == nil {
		t.Error("read beyond the limit")
	}
	check(t, os.RemoveAll(root))
	if _, _, err := w.ReadFile("b.md", nil, 9); err == nil {
		t.Error("read without a root")
	}
	if _, named := w.reported.take(); len(named) != 1 || !named["b.md"] {
		t.Errorf("to be reported again: %v, want b.md", named)
	}
}

// With too many paths to report again a scan is a Rescan.
func TestScanForgetsTooMuch(t *testing.T) {
	w := idle(t, makeTree(t, "a.md"), Options{})
	files(t, w)
	for i := range maxAgain + 1 {
		w.reported.reportAgain(fmt.Sprint(i))
	}
	if c := scanOnce(t, w); !c.Rescan {
		t.Errorf("after too many: %d paths, want Rescan", len(c.Paths))
	}
}

// Events are handled during a scan, which may take seconds.
func TestScanDelaysNothing(t *testing.T) {
	gate, scanning := make(chan struct{}), make(chan struct{}, 1)
	opened := 0
	open := func() (*source, error) {
		src, err := openSource()
		if opened++; err == nil && opened > 2 { // New's, the one below's, and then the scan's
			add := src.add
			src.add = func(folder string) error {
				select {
				case scanning <- struct{}{}:
				default:
				}
				<-gate
				return add(folder)
			}
		}
		return src, err
	}
	l := runLive(t, makeTree(t, "a.md", "b.md"), Options{ScanInterval: 300 * time.Millisecond}, open)
	files(t, l.w)
	l.next() // the first scan: all is young
	<-scanning
	l.write("a.md", "while scanning")
	l.exactly("a.md")
	l.write("a.md", "and again")
	l.exactly("a.md")
	close(gate)
	l.write("b.md", "with the new watches")
	l.until("b.md")
}
