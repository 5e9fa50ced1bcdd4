package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

var givenProgram = flag.String("program", "", "the feedmill that tests of memory and time run, to compare another build with this one")

// hostile is an input that is far more work than it looks.
type hostile struct {
	name  string
	write func(dir string) error // puts it into a folder of articles
}

// TestHostileInput gives each input to a running feedmill. The next article must be
// published as if nothing had happened, memory must not grow by more than 100 MB,
// and SIGTERM must end the process. Times are printed, not asserted.
func TestHostileInput(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("skipped: takes a minute, and reads /proc")
	}
	program := plainProgram(t)
	for _, h := range hostileInputs() {
		t.Run(h.name, func(t *testing.T) { tryHostile(t, h, program) })
	}
}

// plainProgram is a feedmill without what tests are built with, such as the race
// detector.
func plainProgram(t *testing.T) string {
	if *givenProgram != "" {
		return *givenProgram
	}
	program := filepath.Join(t.TempDir(), "feedmill")
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("skipped: the go command is needed to build the program")
	}
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Env = append(os.Environ(), "GOFLAGS=") // which can ask for the race detector
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

func hostileInputs() []hostile {
	alias := "https://example.com/" + strings.Repeat("a", 30<<10)
	return []hostile{
		{"alias in enclosure", hostileArticle("title: Alias\ntopics: [shared]\nx: &x "+alias+"\nenclosure: ["+strings.Repeat("*x,", 11_000)+"]", "Text.", ".md")},
		{"alias in authors", hostileArticle("title: Alias\ntopics: [shared]\nx: &x "+strings.Repeat("a", 30<<10)+"\nauthors: ["+strings.Repeat("*x,", 11_000)+"]", "Text.", ".md")},
		{"chain of merge keys", hostileArticle("title: Merge\ntopics: [shared]\n"+mergeChain(1000)+"authors: [*m999]", "Text.", ".md")},
		{"attributes 64 KB", hostileArticle("title: Attributes\ntopics: [shared]", manyAttributes(64<<10), ".html")},
		{"attributes 1 MB", hostileArticle("title: Attributes\ntopics: [shared]", manyAttributes(1<<20), ".html")},
		{"tables 64 KB", hostileArticle("title: Tables\ntopics: [shared]", wideTables(64<<10), ".md")},
		{"tables 240 KB", hostileArticle("title: Tables\ntopics: [shared]", wideTables(240<<10), ".md")},
		{"settings 80 KB", hostileSettings(8_000)},
		{"settings 1 MB", hostileSettings(100_000)},
		{"seven folders linked", func(dir string) error { return mesh(dir, 7) }},
		{"twelve folders linked", func(dir string) error { return mesh(dir, 12) }},
	}
}

func hostileArticle(front, text, ending string) func(string) error {
	return func(dir string) error {
		return replace(filepath.Join(dir, "hostile"+ending), []byte("---\n"+front+"\n---\n\n"+text+"\n"))
	}
}

func mergeChain(n int) string {
	var b strings.Builder
	b.WriteString("m0: &m0 {name: Ann}\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "m%d: &m%d {<<: *m%d, k%d: v}\n", i, i, i-1, i)
	}
	return b.String()
}

func manyAttributes(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "<html a%d=b>", i)
	}
	return b.String()
}

func wideTables(size int) string {
	table := strings.Repeat("|a", 200) + "|\n" + strings.Repeat("|-", 200) + "|\n" + strings.Repeat("|b|\n", 100) + "\n"
	return strings.Repeat(table, size/len(table)+1)
}

func hostileSettings(n int) func(string) error {
	return func(dir string) error {
		return replace(filepath.Join(dir, "feedmill.yaml"), []byte(strings.Repeat("site: {}\n", n)))
	}
}

// mesh makes folders of articles, 375 in all, each of which is linked into all others.
func mesh(dir string, n int) error {
	for i := range n {
		folder := filepath.Join(dir, fmt.Sprint("folder", i))
		if err := os.Mkdir(folder, 0o777); err != nil {
			return err
		}
		for j := range n {
			if j != i {
				if err := os.Symlink(fmt.Sprint("../folder", j), filepath.Join(folder, fmt.Sprint("folder", j))); err != nil {
					return err
				}
			}
		}
	}
	for i := range 375 {
		name := filepath.Join(dir, fmt.Sprint("folder", i%n), fmt.Sprintf("linked%d.md", i))
		if err := os.WriteFile(name, fmt.Appendf(nil, "---\ntitle: Linked %d\ndate: 2020-01-01\ntopics: [shared]\n---\n\nText %d.\n", i, i), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func tryHostile(t *testing.T, h hostile, program string) {
	dir, p := t.TempDir(), &process{program: program}
	defer p.kill()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	save := func(name string) {
		try(replace(filepath.Join(dir, name+".md"), fmt.Appendf(nil, "---\ntitle: Sound %s\ntopics: [shared]\n---\n\nText of %s.\n", name, name)))
	}
	for _, name := range []string{"one", "two", "three"} {
		save(name)
	}
	try(p.start(dir, []string{"--listen", "127.0.0.1:0"}))
	try(os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)) // the peak begins anew
	before := p.usage()

	try(h.write(dir))
	published := clock(func() bool {
		save("next")
		return poll(func() bool { return p.holds("/topics/shared/feed.json", "Sound next") })
	})
	documents := clock(func() bool {
		for _, path := range []string{"/topics/shared/rss.xml", "/topics/shared/atom.xml", "/topics/shared/feed.json", "/topics/shared/", "/search/?q=shared"} {
			p.get(path, "Accept-Encoding: br")
		}
		return true
	})
	save("last")
	if !poll(func() bool { return p.holds("/topics/shared/atom.xml", "Sound last") }) {
		t.Error("no article is published any more")
	}
	after := p.usage()
	if published == never {
		t.Error("the next article is not published")
	}
	stopped := clock(func() bool { return p.terminate() == nil && p.hasEnded() })
	again := clock(func() bool { return p.start(dir, []string{"--listen", "127.0.0.1:0"}) == nil }) // never with bad settings
	t.Logf("published %s, documents %s, +%d MB, CPU %s, stopped %s, started again %s", published, documents, (after.peak-before.peak)>>20, after.cpu-before.cpu, stopped, again)
	if after.peak-before.peak > 100<<20 {
		t.Errorf("takes %d MB more memory", (after.peak-before.peak)>>20)
	}
}

const never = "never"

// clock says how long do takes, or that it never came to its end.
func clock(do func() bool) string {
	start := time.Now()
	if !do() {
		return never
	}
	return time.Since(start).Round(time.Millisecond).String()
}

func (p *process) holds(path, text string) bool {
	a, err := p.get(path)
	return err == nil && a.status == http.StatusOK && strings.Contains(string(a.body), text)
}

// usage is what a process has taken so far.
type usage struct {
	now  int64 // memory, in bytes
	peak int64 // most of it at a time
	cpu  time.Duration
}

// usage reads proc(5): VmRSS and VmHWM in kilobytes, and the 14th and 15th fields of stat in
// hundredths of a second.
func (p *process) usage() (u usage) {
	proc := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	status, _ := os.ReadFile(proc + "status")
	for key, bytes := range map[string]*int64{"VmRSS:": &u.now, "VmHWM:": &u.peak} {
		if _, rest, ok := strings.Cut(string(status), key); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			*bytes = kilobytes << 10
		}
	}
	stat, _ := os.ReadFile(proc + "stat")
	if _, rest, ok := strings.Cut(string(stat), ") "); ok {
		for _, ticks := range strings.Fields(rest)[11:13] {
			n, _ := strconv.Atoi(ticks)
			u.cpu += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return u
}
