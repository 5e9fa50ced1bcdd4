package watcher

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestConverge does what callers do: by Changes alone it keeps up with what is on the
// disk, while files, folders and links are made, moved and removed as fast as
// possible. When that ends, what it knows must become what is on the disk. Some seeds
// have no scans, with others scans replace the watches all the time.
func TestConverge(t *testing.T) {
	for seed := range uint64(9) {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			outside := makeTree(t, "f/x.md", "g/y.md")
			l := watchLive(t, makeTree(t, "a.md"), Options{ScanInterval: []time.Duration{time.Hour, time.Hour, 3 * time.Millisecond}[seed%3], PollInterval: time.Hour})
			known := map[string]Stamp{}
			l.learn(known, Changes{Rescan: true})

			done := make(chan struct{})
			go func() {
				defer close(done)
				kinds := []int{8, 12}[seed%2] // without, or with, what ends in a Rescan
				churn(rand.New(rand.NewPCG(seed, 0)), kinds, l.root, outside)
			}()
			for busy := true; busy; {
				select {
				case c := <-l.out:
					l.learn(known, c)
				case <-done:
					busy = false
				}
			}
			l.settle(known)
			for p := range known { // everything must still be watched
				l.write(p, "once more")
			}
			l.settle(known)
			for _, p := range allPaths(l.w) { // nor is a file known at two paths
				if _, err := l.w.Stat(p.rel); (err == nil) != (known[p.rel] != Stamp{}) {
					t.Errorf("Stat(%q): %v; known %v", p.rel, err, known[p.rel])
				}
			}
		})
	}
}

// settle receives changes until known is what is on the disk.
func (l *live) settle(known map[string]Stamp) {
	l.t.Helper()
	limit := time.After(patience)
	for !maps.Equal(known, l.disk()) {
		select {
		case c := <-l.out:
			l.learn(known, c)
		case <-limit:
			l.t.Fatalf("known:\n%v\non the disk:\n%v", known, l.disk())
		}
	}
}

func (l *live) disk() map[string]Stamp {
	all := map[string]Stamp{}
	for f, err := range l.w.Files(l.t.Context()) {
		check(l.t, err)
		all[f.Path] = f.Stamp
	}
	return all
}

func (l *live) learn(known map[string]Stamp, c Changes) {
	if c.Rescan {
		clear(known)
		for f, err := range l.w.Files(l.t.Context()) {
			if err == nil {
				known[f.Path] = f.Stamp
			}
		}
	}
	for _, p := range c.Paths {
		delete(known, p)
		if f, err := l.w.Stat(p); err == nil {
			known[p] = f.Stamp
		}
	}
}

// churn makes random changes below root and outside. Many of them fail because their
// files or folders do not exist; these errors are ignored.
func churn(r *rand.Rand, kinds int, root, outside string) {
	folder := func() string {
		dir := root
		if r.IntN(6) == 0 {
			dir = outside
		}
		for range r.IntN(4) {
			dir = filepath.Join(dir, string("fgh"[r.IntN(3)]))
		}
		return dir
	}
	file := func() string { return filepath.Join(folder(), string("xyz"[r.IntN(3)])+".md") }
	for i := range 1500 {
		switch r.IntN(kinds) {
		case 0, 1, 2, 3:
			os.WriteFile(file(), make([]byte, i), 0o644)
		case 4:
			os.Remove(file())
		case 5:
			os.Rename(file(), file())
		case 6, 7:
			os.MkdirAll(folder(), 0o755)
		case 8:
			if dir := folder(); dir != root && dir != outside {
				os.Rename(dir, folder())
			}
		case 9:
			if dir := folder(); dir != root && dir != outside {
				os.RemoveAll(dir)
			}
		case 10:
			os.Symlink(folder(), folder())
		case 11:
			os.Symlink(file(), file())
		}
	}
}
