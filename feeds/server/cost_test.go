package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"feedmill/feeds/internal/feedtest"
)

// counted are the packages whose steps TestCost counts.
const counted = "feedmill/...,github.com/yuin/goldmark/...,golang.org/x/net/html/...,github.com/microcosm-cc/bluemonday/...,gopkg.in/yaml.v3," +
	"github.com/BurntSushi/toml/...,regexp,encoding/json,strings,bytes,strconv,unicode/utf8,html,slices"

// What an article may cost, whatever its shape.
const (
	smallArticle = 16 << 10
	largeArticle = 1 << 20
	maxAllocated = 3_000 // bytes, for each byte of the article
	maxSteps     = 4_000 // for each byte of the article
	maxWritten   = 20    // bytes of its largest document, for each byte of the article
	maxGrowth    = 1.5   // of what a byte costs, from the small article to the large one
)

// TestCost grows every hostile shape of an article from 16 KB to 1 MB and takes it
// all the way to readers. What that costs must grow no faster than the article. It
// is counted in a process of its own, built with counters of steps: see
// testdata/cost.
func TestCost(t *testing.T) {
	feedtest.SkipUnderRace(t)
	if testing.Short() {
		t.Skip("skipped: takes minutes")
	}
	program := filepath.Join(t.TempDir(), "cost")
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("skipped: the go command is needed to build a program that counts its steps")
	}
	build := exec.Command("go", "build", "-cover", "-covermode=atomic", "-coverpkg="+counted, "-o", program, "./testdata/cost")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const parts = 2 // that are measured at a time
	var outputs [parts]bytes.Buffer
	var errs [parts]error
	var running sync.WaitGroup
	for part := range parts {
		cmd := exec.CommandContext(t.Context(), program, "-small", strconv.Itoa(smallArticle), "-large", strconv.Itoa(largeArticle), "-part", strconv.Itoa(part), "-parts", strconv.Itoa(parts))
		cmd.Env = append(os.Environ(), "GOCOVERDIR="+t.TempDir())
		cmd.Stdout, cmd.Stderr = &outputs[part], t.Output()
		running.Go(func() { errs[part] = cmd.Run() })
	}
	running.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	shapes := 0
	for part := range parts {
		shapes += compareAll(t, &outputs[part])
	}
	if shapes < 60 {
		t.Errorf("%d shapes are too few", shapes)
	}
}

// compareAll reads what a process has measured, and returns of how many shapes.
func compareAll(t *testing.T, out io.Reader) (shapes int) {
	lines := json.NewDecoder(out)
	next := func() (c cost) {
		if err := lines.Decode(&c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	nothing := next()
	for ; lines.More(); shapes++ {
		small, large := next(), next()
		t.Run(small.Shape, func(t *testing.T) { compare(t, small.beyond(nothing), large.beyond(nothing)) })
	}
	return shapes
}

// cost is a line of testdata/cost.
type cost struct {
	Shape                           string
	Size, Allocated, Written, Steps float64
	Took                            time.Duration
}

// beyond is what each byte of an article costs beyond a site without it.
func (c cost) beyond(nothing cost) cost {
	each := func(all, before float64) float64 { return (all - before) / c.Size }
	c.Allocated, c.Written, c.Steps = each(c.Allocated, nothing.Allocated), each(c.Written, nothing.Written), each(c.Steps, nothing.Steps)
	return c
}

func compare(t *testing.T, small, large cost) {
	t.Logf("for each of %.0f and %.0f bytes: %.0f and %.0f bytes, %.0f and %.0f steps, %.1f and %.1f bytes written; %s",
		small.Size, large.Size, small.Allocated, large.Allocated, small.Steps, large.Steps, small.Written, large.Written, large.Took.Round(time.Millisecond))
	for _, m := range []struct {
		what              string
		small, large, max float64
	}{
		{"bytes allocated", small.Allocated, large.Allocated, maxAllocated},
		{"steps", small.Steps, large.Steps, maxSteps},
		{"bytes written", small.Written, large.Written, maxWritten},
	} {
		if m.small > m.max || m.large > m.max {
			t.Errorf("%.0f and %.0f %s for each byte are too many: %.0f may be", m.small, m.large, m.what, m.max)
		}
		if m.large > maxGrowth*max(m.small, m.max/10) {
			t.Errorf("%s grow faster than the article: %.0f for each byte of a small one, %.0f of a large one", m.what, m.small, m.large)
		}
	}
}
