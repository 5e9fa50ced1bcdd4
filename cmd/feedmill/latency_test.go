package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkChangeToServed measures from the system call that changes a file to
// the moment at which a request for its topic's feed sees it: the times that a
// publisher and a subscriber see. Each change is a lone one.
func BenchmarkChangeToServed(b *testing.B) {
	for _, n := range []int{400, 20_000} {
		dir := b.TempDir()
		generate(b, dir, n)
		var l *live
		b.Run(fmt.Sprintf("articles=%d", n), func(b *testing.B) {
			if l == nil {
				l = serveLive(b, dir)
			}
			measure(b, l, dir)
		})
	}
}

// measure saves, renames and deletes an article in each round.
func measure(b *testing.B, l *live, dir string) {
	file, moved := filepath.Join(dir, "section0", "probe.md"), filepath.Join(dir, "section1", "moved.md")
	feed, word := "/topics/topic-7/rss.xml", ""
	shows := func() bool { _, body := l.get(feed); return bytes.Contains(body, []byte(word)) }
	took := map[string][]time.Duration{}
	step := func(name string, change func() error, done func() bool) {
		<-time.After(100 * time.Millisecond) // a lone change is what is measured
		start := time.Now()
		if err := change(); err != nil {
			b.Fatal(err)
		}
		for !done() {
			if time.Since(start) > 20*time.Second {
				b.Fatalf("%s never shows; log:\n%s", name, l.log)
			}
		}
		took[name] = append(took[name], time.Since(start))
	}
	for i := 0; b.Loop(); i++ {
		word = fmt.Sprintf("Probe number %d.", i)
		content := sample(20_000_000, 7, word)
		step("save", func() error { return replace(file, content) }, shows)
		step("rename", func() error { return os.Rename(file, moved) }, func() bool { return !l.linked(feed, file) && l.linked(feed, moved) })
		step("delete", func() error { return os.Remove(moved) }, func() bool { return !shows() })
	}
	for name, all := range took {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, name+"-median-ms")
		b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, name+"-max-ms")
	}
}

// linked reports whether a feed links to the article of a file.
func (l *live) linked(feed, file string) bool {
	name := filepath.Base(file)
	status, body := l.get(feed)
	return status == http.StatusOK && bytes.Contains(body, []byte("/"+name[:len(name)-len(".md")]+"/</link>"))
}

// generate writes n articles in the seed's schema and settings for their addresses.
func generate(b *testing.B, dir string, n int) {
	if err := os.WriteFile(filepath.Join(dir, "feedmill.yaml"), []byte("site: {url: 'https://harbour.example/'}\narticles: {link: '/:path/'}\n"), 0o666); err != nil {
		b.Fatal(err)
	}
	for i := range n {
		section := filepath.Join(dir, fmt.Sprintf("section%d", i%20))
		if err := os.MkdirAll(section, 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(section, fmt.Sprintf("article-%d.md", i)), sample(i, i%50, "Once upon a time."), 0o666); err != nil {
			b.Fatal(err)
		}
	}
}

// sample is the i-th article, i minutes after the first, of a topic that others share.
func sample(i, topic int, sentence string) []byte {
	published := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i%12_000_000) * time.Minute)
	return fmt.Appendf(nil, `---
category: news
title: "Article %[1]d of the year"
excerpt: "What article %[1]d has to tell."
publishedDateTime: %[2]s
type: article
quality: %[1]d
heat: %[1]d
published: true
provider:
  name: Provider %[4]d
  domain: provider%[4]d.example
topics:
  - Topic %[3]d
  - Region %[4]d
images:
  - url: "https://harbour.example/images/%[1]d.jpg"
    width: 800
    height: 600
secured: "bm90LWZvci1yZWFkZXJz"
---

%[5]s

%[6]s
`, i, published.Format(time.RFC3339), topic, i%7, sentence, bytes.Repeat([]byte("The tide came in and the tide went out. "), 50))
}
