package article

import (
	"runtime"
	"strings"
	"testing"
)

// TestUnloadAllocates: packing payloads one after the other does not take the memory
// of all of them.
func TestUnloadAllocates(t *testing.T) {
	const text, runs = 55_000, 400
	a := parse(t, Options{}, "a.md", yamlFile("title: A")+strings.Repeat("Some text.\n", text/11))
	h := &BodyStore{Payloads: nowhere{}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		h.Unload(a)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / runs; n > text/2 { // the race detector makes the pool lose some
		t.Errorf("%d bytes to keep a text of %d", n, text)
	}
}

// nowhere is a Store that forgets.
type nowhere struct{}

func (nowhere) Payload(Place) ([]byte, error) { return nil, errAnother }
func (nowhere) Put([]byte) (Place, error)     { return 0, nil }
