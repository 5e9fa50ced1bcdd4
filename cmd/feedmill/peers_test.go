//go:build peers && linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPeers runs Feedmill beside what one would use instead, as far as it is
// installed (nginx, Caddy, Hugo), in turns, and prints a table of medians and
// ratios. It asserts nothing about time. The environment adjusts it:
//
//	PEERS_ARTICLES    how many articles are made (10000)
//	PEERS_TOPICS      in how many topics (200)
//	PEERS_ROUNDS      turns for each figure (5)
//	PEERS_REQUESTS    requests in each turn (20000)
func TestPeers(t *testing.T) {
	if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid())); err != nil {
		t.Skip("this kernel does not say which processes belong to a server")
	}
	g := &contest{
		t: t, dir: t.TempDir(), articles: number(t, "PEERS_ARTICLES", 10_000), topics: number(t, "PEERS_TOPICS", 200),
		rounds: number(t, "PEERS_ROUNDS", 5), requests: number(t, "PEERS_REQUESTS", 20_000),
	}
	if g.topics < 8 || g.articles < 2*g.topics {
		t.Fatal("there must be 8 topics and two articles of each, or more")
	}
	g.make()
	g.starts()
	g.servers()
	fmt.Println(g.table.String())
	for _, s := range g.skipped {
		fmt.Println("skipped:", s)
	}
}

// contest is one comparison: the folder it works in and what it has measured.
type contest struct {
	t        *testing.T
	dir      string
	articles int
	topics   int
	rounds   int
	requests int
	table    table
	skipped  []string
}

const probeFeed = "/topics/topic-7/rss.xml"

// make builds Feedmill and writes the articles, about 4 KB each.
func (g *contest) make() {
	g.build("feedmill")
	g.build("net-http-alone", "-ldflags", "-X main.netHTTPAlone=yes")
	for i := range g.articles {
		g.write(i, "Once upon a time.")
	}
	// For documents of about 30 KB.
	g.file("feedmill.yaml", "site: {url: 'https://harbour.example/'}\narticles: {link: '/:path/'}\nfeeds: {max_bytes: 30 KiB}\n")
}

// build builds Feedmill.
func (g *contest) build(program string, flags ...string) {
	args := append([]string{"build", "-o", filepath.Join(g.dir, program)}, flags...)
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		g.t.Fatalf("build: %v\n%s", err, out)
	}
}

// write makes or replaces the i-th article.
func (g *contest) write(i int, sentence string) {
	section := filepath.Join(g.dir, "articles", fmt.Sprintf("section%d", i%100))
	g.check(os.MkdirAll(section, 0o755))
	text := sample(i, i%g.topics, sentence+strings.Repeat(" All along the harbour wall the boats lay dry.", 30))
	g.check(replace(filepath.Join(section, fmt.Sprintf("article-%d.md", i)), text))
}

// starts measures how long it takes from files to the first answer, and from a
// saved file to an answer that shows it.
func (g *contest) starts() {
	hugo := g.hugo()
	for range g.rounds {
		g.check(os.RemoveAll(filepath.Join(g.dir, "state-feedmill")))
		g.start("cold start", "Feedmill")
		g.start("warm start", "Feedmill")
		if hugo == nil {
			continue
		}
		g.check(os.RemoveAll(filepath.Join(g.dir, "public")))
		took := g.timed(func() { g.check(hugo()) })
		g.table.add("cold start, s", "Hugo", took.Seconds())
		g.write(7, "Hugo's probe.")
		took = g.timed(func() { g.check(hugo()) })
		g.table.add("change to served, ms", "Hugo", took.Seconds()*1000)
		if feed, err := os.ReadFile(filepath.Join(g.dir, "public/topics/topic-7/index.xml")); err != nil || !bytes.Contains(feed, []byte("<item>")) {
			g.t.Fatalf("Hugo made no feed of the topic: %v", err)
		}
	}
}

func (g *contest) start(row, name string) {
	var s *rival
	took := g.timed(func() { s = g.feedmill(name, "feedmill") })
	g.table.add(row+", s", name, took.Seconds())
	g.table.add(row+", CPU s", name, s.cpu().Seconds())
	s.stop()
}

func (g *contest) timed(do func()) time.Duration {
	begin := time.Now()
	do()
	return time.Since(begin)
}

// servers measures what answering costs, in turns, so that what else the
// machine does meets all of them.
func (g *contest) servers() {
	all := []*rival{g.feedmill("Feedmill", "feedmill"), g.feedmill("net/http alone", "net-http-alone")}
	g.changes(all[0])
	g.publish(all[0])
	all = append(all, g.peers()...)
	defer func() {
		for _, s := range all {
			s.stop()
		}
	}()
	for range g.rounds {
		for _, kind := range kinds {
			for _, s := range all {
				cost, err := s.cost(kind, g.requests)
				g.check(err)
				g.table.add("CPU of "+kind.name+", µs", s.name, float64(cost.Nanoseconds())/1000)
			}
		}
	}
	for _, s := range all {
		g.table.add("memory after that, MB", s.name, s.memory())
	}
	for _, s := range all {
		n, err := s.idle(10_000, func() { g.table.add("memory with idle connections, MB", s.name, s.memory()) })
		g.check(err)
		g.table.add("idle connections", s.name, float64(n))
	}
}

// changes saves one article at a time, each alone.
func (g *contest) changes(s *rival) {
	for i := range 10 * g.rounds {
		time.Sleep(100 * time.Millisecond) // quiet before it is what makes a save a lone one; peers get the same
		word := fmt.Sprintf("Probe number %d.", i)
		begin := time.Now()
		g.write(g.articles/g.topics*g.topics-g.topics+7, word)
		for {
			_, body, err := s.get(probeFeed)
			g.check(err)
			if bytes.Contains(body, []byte(word)) {
				break
			}
		}
		g.table.add("change to served, ms", s.name, time.Since(begin).Seconds()*1000)
	}
}

// publish writes the document that all serve as a site generator would.
func (g *contest) publish(s *rival) {
	for suffix, coding := range map[string]string{"": "identity", ".gz": "gzip"} {
		_, body, err := s.get(probeFeed, "Accept-Encoding: "+coding)
		g.check(err)
		file := filepath.Join(g.dir, "www", filepath.FromSlash(probeFeed)+suffix)
		g.check(os.MkdirAll(filepath.Dir(file), 0o755))
		g.check(os.WriteFile(file, body, 0o644))
	}
}

func (g *contest) check(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func number(t *testing.T, name string, n int) int {
	if s := os.Getenv(name); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			t.Fatalf("%s=%s is not a number above 0", name, s)
		}
	}
	return n
}
