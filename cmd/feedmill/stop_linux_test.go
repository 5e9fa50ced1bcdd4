package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// folderOf makes a folder with these files, and one in a file system of which we decide when
// it dies, called far.
func folderOf(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "far"), 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func articleOf(title string) string {
	return fmt.Sprintf("---\ntitle: %s\ndate: 2024-01-01\n---\nText of %s.\n", title, title)
}

// ends waits for a process that has been sent a signal, and says how long that took.
func (p *process) ends(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	if !poll(p.hasEnded) {
		t.Fatalf("it goes on after the signal:\n%s", &p.stderr)
	}
	return time.Since(began)
}

// TestDeadFileSystem serves a folder a part of which is on a machine that is gone: other
// articles come as ever, what cannot be read is said, and the process ends when it is told.
func TestDeadFileSystem(t *testing.T) {
	dir, state := folderOf(t, map[string]string{"near.md": articleOf("Near")}), t.TempDir()
	far := mountDead(t, filepath.Join(dir, "far"), map[string][]byte{"a.md": []byte(articleOf("Far")), "b.md": []byte(articleOf("Farther"))})
	far.dead.Store(readsDead)
	var p process
	defer p.kill()
	if err := p.start(dir, []string{"--listen=127.0.0.1:0", "--state", state}); err != nil {
		t.Fatal(err)
	}
	has := func(path, text string) func() bool {
		return func() bool {
			a, err := p.get(path)
			return err == nil && strings.Contains(string(a.body), text)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "new.md"), []byte(articleOf("New")), 0o666); err != nil {
		t.Fatal(err)
	}
	if !poll(has("/feed.json", "Text of New.")) {
		t.Errorf("the new article does not come:\n%s", &p.stderr)
	}
	if !poll(has("/status", "far/a.md: reading it has not ended within 10s")) {
		t.Errorf("the status does not name the file:\n%s", &p.stderr)
	}
	far.dead.Store(allDead)
	if err := os.WriteFile(filepath.Join(dir, "newer.md"), []byte(articleOf("Newer")), 0o666); err != nil {
		t.Fatal(err)
	}
	if !poll(has("/feed.json", "Text of Newer.")) {
		t.Errorf("the newer article does not come:\n%s", &p.stderr)
	}
	if err := p.terminate(); err != nil {
		t.Errorf("%v\n%s", err, &p.stderr)
	}
}

// TestFileSystemDiesWhileServing ends a process whose folder does not answer any more.
func TestFileSystemDiesWhileServing(t *testing.T) {
	dir, state := folderOf(t, map[string]string{"near.md": articleOf("Near")}), t.TempDir()
	far := mountDead(t, filepath.Join(dir, "far"), map[string][]byte{"a.md": []byte(articleOf("Far"))})
	var p process
	defer p.kill()
	if err := p.start(dir, []string{"--listen=127.0.0.1:0", "--state", state}); err != nil {
		t.Fatal(err)
	}
	if a, err := p.get("/feed.json"); err != nil || !strings.Contains(string(a.body), "Text of Far.") {
		t.Fatalf("%s, %v", a.body, err)
	}
	far.dead.Store(allDead)
	if err := os.WriteFile(filepath.Join(dir, "feedmill.yaml"), []byte("site: {title: Other}\n"), 0o666); err != nil { // so that all is opened again
		t.Fatal(err)
	}
	if !poll(func() bool { return far.asked.Load() > 0 }) {
		t.Errorf("it does not look at the folder again:\n%s", &p.stderr)
	}
	if err := p.terminate(); err != nil {
		t.Errorf("%v\n%s", err, &p.stderr)
	}
}

// TestSignalsEndEveryCommand sends each command a signal while it waits for a file system
// that does not answer: one ends it in time, a second one at once.
func TestSignalsEndEveryCommand(t *testing.T) {
	for name, dead := range map[string]int32{"reads": readsDead, "all": allDead} {
		for _, args := range [][]string{{"serve", "--listen=127.0.0.1:0"}, {"build", "--out", "OUT"}, {"check"}, {"status"}, {"accept"}} {
			if dead == readsDead && (args[0] == "status" || args[0] == "accept") {
				continue // which read no articles
			}
			t.Run(name+"/"+args[0], func(t *testing.T) {
				t.Parallel()
				for _, signals := range []int{1, 2} {
					dir := folderOf(t, map[string]string{"near.md": articleOf("Near")})
					mount := filepath.Join(dir, "far")
					if args[0] == "status" || args[0] == "accept" {
						mount = dir // where the settings are
					}
					far := mountDead(t, mount, map[string][]byte{"a.md": []byte(articleOf("Far"))})
					far.dead.Store(dead)
					var p process
					p.ended = make(chan struct{})
					p.cmd = exec.Command("feedmill", append(args, "--state", t.TempDir(), dir)...)
					p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = t.TempDir(), &p.stdout, &p.stderr
					if err := p.cmd.Start(); err != nil {
						t.Fatal(err)
					}
					go func() {
						p.err = p.cmd.Wait()
						close(p.ended)
					}()
					defer p.kill()
					if !poll(func() bool { return far.asked.Load() > 0 }) {
						t.Fatalf("it does not come to the file system:\n%s", &p.stderr)
					}
					for range signals {
						p.cmd.Process.Signal(syscall.SIGTERM)
						time.Sleep(50 * time.Millisecond) // or the system takes two for one
					}
					if took := p.ends(t); took > stopTime+5*time.Second {
						t.Errorf("ended %s after %d signals", took, signals)
					}
					if status := p.cmd.ProcessState.Sys().(syscall.WaitStatus); signals == 1 && !status.Exited() {
						t.Errorf("killed by %s", status.Signal())
					}
				}
			})
		}
	}
}
