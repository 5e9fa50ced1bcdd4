// Command cost prints what hostile articles cost: a line of JSON for a site without
// one, and two for each shape, of a small and of a large article. It must be built with go build -cover -covermode=atomic: the counters of
// coverage are how it counts steps.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"iter"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/coverage"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/builder"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/internal/feedtest"
	"feedmill/feeds/opml"
	"feedmill/feeds/server"
	"feedmill/watcher"
)

func main() {
	small := flag.Int("small", 16<<10, "size of a small article, in bytes")
	large := flag.Int("large", 1<<20, "size of a large article, in bytes")
	part := flag.Int("part", 0, "which part of the shapes to measure, from 0")
	parts := flag.Int("parts", 1, "how many parts there are")
	flag.Parse()
	debug.SetMemoryLimit(2 << 30)
	if err := coverage.WriteMeta(io.Discard); err != nil { // else counters can't be written
		log.Fatal(err)
	}
	nothing := feedtest.Shape{Ext: ".md", Make: func(int) []byte { return nil }}
	measure(nothing, 0) // what is made once for all
	out := json.NewEncoder(os.Stdout)
	out.Encode(measure(nothing, 0))
	both := func(i int, s feedtest.Shape, large int) {
		if i%*parts == *part {
			out.Encode(measure(s, *small))
			out.Encode(measure(s, large))
		}
	}
	for i, s := range feedtest.FrontMatterShapes() {
		both(i, s, min(*large, 128<<10)) // of which front matter may have a half, and text has the rest
	}
	for i, s := range feedtest.BodyShapes() {
		both(i, s, *large)
	}
}

// cost is what one article took on its way from its file to readers.
type cost struct {
	Shape     string
	Size      int     // of the file, in bytes
	Allocated uint64  // bytes
	Written   int     // bytes of the largest document
	Steps     float64 // statements without a branch between them, run one after the other
	Took      time.Duration
}

// measure takes an article all the way: reading, digests, records, every document, one of
// them in every coding, its page and a search.
func measure(s feedtest.Shape, size int) cost {
	name := "hostile" + s.Ext
	site := folder{"sound.md": []byte("---\ntitle: Sound\n---\n\nText.\n")}
	b := builder.New(site, builder.Options{
		Patience: time.Hour, // what is measured must not depend on how busy the machine is
		Site:     feeds.Site{Title: "Site", BaseURL: "https://feeds.example.com/", HomeURL: "https://www.example.com/"}, SiteID: "example.com",
		Parser: article.NewParser(article.Options{SiteID: "example.com", SiteURL: "https://www.example.com/", Jekyll: strings.HasPrefix(s.Name, "liquid "), Hugo: strings.HasPrefix(s.Name, "shortcode ")}),
		Limits: func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 50, MaxBytes: 1 << 30} }, // so that documents hold all of it
	})
	h := front.HTTPHandler(server.NewHandler(b, server.Options{OPML: opml.Encode}), time.Now)
	src := s.Make(size)
	site[name] = src
	c := cost{Shape: s.Name, Size: len(src)}

	var before, after runtime.MemStats
	runtime.GC()
	debug.SetGCPercent(-1) // which would empty pools, now and then
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := coverage.ClearCounters(); err != nil {
		log.Fatal(err)
	}
	if err := b.Apply(context.Background(), watcher.Changes{Rescan: true}); err != nil {
		log.Fatal(err)
	}
	for _, f := range feeds.Formats {
		d, err := b.Snapshot().Listing(feeds.Key{}).Document(f)
		if err != nil {
			log.Fatal(s.Name, ": ", err)
		}
		c.Written = max(c.Written, len(d.Body))
		for _, coding := range document.Codings {
			if f == feeds.Atom { // the others are no different
				d.Coded.In(coding)
			}
		}
	}
	for _, path := range []string{"/", "/search/?q=hostile"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	c.Took = time.Since(start)
	runtime.ReadMemStats(&after)
	c.Allocated = after.TotalAlloc - before.TotalAlloc
	var err error
	if c.Steps, err = steps(); err != nil {
		log.Fatal(err)
	}
	return c
}

// folder is a folder of articles in memory.
type folder map[string][]byte

func (f folder) Files(context.Context) iter.Seq2[watcher.File, error] {
	return func(yield func(watcher.File, error) bool) {
		for _, path := range slices.Sorted(maps.Keys(f)) {
			if !yield(watcher.File{Path: path}, nil) {
				return
			}
		}
	}
}

func (f folder) Stat(path string) (watcher.File, error) {
	if _, ok := f[path]; !ok {
		return watcher.File{}, fs.ErrNotExist
	}
	return watcher.File{Path: path}, nil
}

func (f folder) ReadFile(path string, _ []byte, _ int64) ([]byte, watcher.Stamp, error) {
	return bytes.Clone(f[path]), watcher.Stamp{}, nil
}

// steps adds up the counters of coverage since they were cleared. It reads what
// runtime/coverage writes; the standard library's internal/coverage describes the
// form.
func steps() (sum float64, err error) {
	var out bytes.Buffer
	if err := coverage.WriteCounters(&out); err != nil {
		return 0, err
	}
	const fileHeader, segmentHeader = 32, 16
	b := out.Bytes()
	if len(b) < fileHeader+segmentHeader || string(b[:4]) != "\x00cwm" {
		return 0, errors.New("counters of coverage have another form")
	}
	b = b[fileHeader:]
	functions := binary.LittleEndian.Uint64(b)
	preamble := segmentHeader + int(binary.LittleEndian.Uint32(b[8:])) + int(binary.LittleEndian.Uint32(b[12:]))
	b = b[(preamble+3)&^3:]
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			err = errors.New("counters of coverage end early")
			return 0
		}
		b = b[n:]
		return v
	}
	for range functions {
		counters := next()
		next() // the package
		next() // the function
		for range counters {
			sum += float64(next())
		}
	}
	return sum, err
}
