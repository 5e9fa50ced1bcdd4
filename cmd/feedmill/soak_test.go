//go:build soak

package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	soakTime  = flag.Duration("soak", 20*time.Minute, "how long TestSoak runs")
	soakKills = flag.Int("kills", 60, "how often TestKills kills")
)

const (
	soakArticles = 400
	soakChanges  = 20  // a second
	soakPolls    = 500 // a second
)

// TestSoak changes articles and polls feeds for a while. Memory must stay level, every
// poll must be answered, and at the end every article must be there under the id that
// it had at first.
//
//	go test -tags soak -run Soak -v -timeout 1h ./cmd/feedmill -soak 20m
func TestSoak(t *testing.T) {
	s := newSoak(t)
	defer s.kill()
	s.must(s.start(s.dir, []string{"--listen", "127.0.0.1:0"}))
	s.learn()
	stop := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() { s.change(stop) })
	for range 4 {
		working.Go(func() { s.poll(stop, soakPolls/4) })
	}
	var early, late int64 // most memory in the second quarter of the time, and in the last
	const steps = 40
	for i := range steps {
		time.Sleep(*soakTime / steps)
		u := s.usage()
		if i%4 == 3 {
			t.Logf("%6s  %4d MB, CPU %s, %d changes, %d polls, %d failed", (*soakTime * time.Duration(i+1) / steps).Round(time.Second), u.now>>20, u.cpu.Round(time.Second), s.changes.Load(), s.polls.Load(), s.failures.Load())
		}
		switch {
		case i >= steps/4 && i < steps/2:
			early = max(early, u.now)
		case i >= 3*steps/4:
			late = max(late, u.now)
		}
	}
	close(stop)
	working.Wait()
	s.compare()
	if late > early+early/4 {
		t.Errorf("memory grows from %d to %d MB", early>>20, late>>20)
	}
	if n := s.failures.Load(); n > 0 {
		t.Errorf("%d polls failed", n)
	}
	s.must(s.terminate())
}

// TestKills kills the program again and again, under the same load. Each start must
// find every article under the id that it had at first.
func TestKills(t *testing.T) {
	s := newSoak(t)
	defer s.process.kill()
	s.must(s.start(s.dir, []string{"--listen", "127.0.0.1:0"}))
	s.learn()
	var slowest time.Duration
	for range *soakKills {
		stop := make(chan struct{})
		var working sync.WaitGroup
		working.Go(func() { s.change(stop) })
		working.Go(func() { s.poll(stop, soakPolls) })
		time.Sleep(rand.N(2 * time.Second))
		s.process.kill()
		close(stop)
		working.Wait()
		begin := time.Now()
		s.must(s.start(s.dir, []string{"--listen", "127.0.0.1:0"}))
		slowest = max(slowest, time.Since(begin))
		s.compare()
	}
	t.Logf("%d kills, %d changes, slowest start %s", *soakKills, s.changes.Load(), slowest.Round(time.Millisecond))
	s.must(s.terminate())
}

// soak is a site whose articles are changed.
type soak struct {
	process
	t   *testing.T
	dir string
	ids map[string]string // by title, as they were at first

	changes, polls, failures atomic.Int64
}

func newSoak(t *testing.T) *soak {
	s := &soak{t: t, dir: t.TempDir(), process: process{program: plainProgram(t)}}
	s.must(os.WriteFile(filepath.Join(s.dir, "feedmill.yaml"), fmt.Appendf(nil, "feeds:\n  items: %d\n  max_bytes: 8MiB\nguard:\n  percent: 100\n", 2*soakArticles), 0o666))
	for i := range soakArticles {
		s.write(i, "first")
	}
	return s
}

func (s *soak) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// write gives article i a text. Its file has one of two names, by the text.
func (s *soak) write(i int, text string) {
	s.must(replace(filepath.Join(s.dir, fmt.Sprintf("article%d.md", i)), fmt.Appendf(nil,
		"---\ntitle: Article %d\ndate: 2026-01-%02dT%02d:00:00Z\ntopics: [topic %d]\n---\n\n%s text of article %d.\n", i, i%28+1, i%24, i%10, text, i)))
}

// change edits, removes, brings back and renames articles until stop is closed. At the
// end all are there. What is renamed is not edited: nobody could know again what had
// another name and another text at once.
func (s *soak) change(stop chan struct{}) {
	tick := time.NewTicker(time.Second / soakChanges)
	defer tick.Stop()
	var removed, renamed []int
	file := func(i int, name string) string { return filepath.Join(s.dir, fmt.Sprintf(name, i)) }
	back := func(max int) {
		for len(renamed) > max {
			s.must(os.Rename(file(renamed[0], "renamed%d.md"), file(renamed[0], "article%d.md")))
			renamed = renamed[1:]
		}
		for len(removed) > max {
			s.write(removed[0], "back")
			removed = removed[1:]
		}
	}
	defer back(0)
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		s.changes.Add(1)
		i := rand.IntN(soakArticles)
		if n%10 == 3 && i%10 == 6 {
			continue
		}
		if _, err := os.Stat(file(i, "article%d.md")); err != nil {
			continue // away for now
		}
		switch {
		case n%10 == 3:
			s.must(os.Remove(file(i, "article%d.md")))
			removed = append(removed, i)
		case i%10 == 6:
			s.must(os.Rename(file(i, "article%d.md"), file(i, "renamed%d.md")))
			renamed = append(renamed, i)
		default:
			s.write(i, fmt.Sprint("edit ", n))
		}
		back(10)
	}
}

// poll asks for documents, so many times a second, until stop is closed.
func (s *soak) poll(stop chan struct{}, rate int) {
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	tags := map[string]string{}
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		path := fmt.Sprintf("/topics/topic-%d/%s", rand.IntN(10), []string{"rss.xml", "atom.xml", "feed.json"}[rand.IntN(3)])
		req := must(http.NewRequest(http.MethodGet, "http://"+s.address+path, nil))
		req.Header.Set("If-None-Match", tags[path])
		res, err := plain.RoundTrip(req)
		s.polls.Add(1)
		if err != nil || res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNotModified {
			s.failures.Add(1)
			continue
		}
		tags[path] = res.Header.Get("ETag")
		res.Body.Close()
	}
}

// shown is the id of each article by its title.
func (s *soak) shown() map[string]string {
	var doc struct{ Items []struct{ ID, Title string } }
	if a, err := s.get("/feed.json"); err == nil {
		json.Unmarshal(a.body, &doc) // what is no JSON shows nothing
	}
	ids := map[string]string{}
	for _, it := range doc.Items {
		ids[it.Title] = it.ID
	}
	return ids
}

func (s *soak) learn() {
	if !poll(func() bool { s.ids = s.shown(); return len(s.ids) == soakArticles }) {
		s.t.Fatalf("%d articles of %d are shown", len(s.ids), soakArticles)
	}
}

// compare waits until all articles are shown under their ids.
func (s *soak) compare() {
	s.t.Helper()
	var now map[string]string
	differ := func() (n int) {
		now = s.shown()
		for title, id := range s.ids {
			if now[title] != id {
				n++
			}
		}
		return n
	}
	if !poll(func() bool { return differ() == 0 }) {
		for title, id := range s.ids {
			if now[title] != id {
				s.t.Logf("%s: %s, was %s", title, cmp.Or(now[title], "not shown"), id)
			}
		}
		s.t.Fatalf("%d articles of %d are lost, or have other ids", differ(), soakArticles)
	}
}
