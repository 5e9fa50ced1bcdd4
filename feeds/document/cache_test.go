package document

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
)

// thing is something kept, with the name of its own in a set.
type thing struct {
	Cached
	name string
}

func TestCacheDropsWhatIsNotUsed(t *testing.T) {
	c := NewCache(10)
	here := map[string]*thing{}
	keep := func(name string, bytes int) *thing {
		x := &thing{name: name}
		here[name] = x
		c.Keep(Feeds, &x.Cached, bytes, func() { delete(here, name) })
		return x
	}
	hot := keep("hot", 4)
	for i := range 20 {
		hot.Use()
		keep(fmt.Sprint(i), 3)
	}
	if here["hot"] == nil || here["19"] == nil || here["0"] != nil || c.Size() != 10 {
		t.Errorf("kept %v, %d bytes", here, c.Size())
	}
	c.Grow(&hot.Cached, 3)
	hot.Use()
	if c.Size() > 10 || len(here) != 2 && here["hot"] != nil {
		t.Errorf("after growing: kept %v, %d bytes", here, c.Size())
	}
	keep("giant", 11) // is more than all
	if here["giant"] != nil || c.Size() > 10 {
		t.Errorf("a giant is kept: %v", here)
	}
	for _, x := range here {
		c.Drop(&x.Cached)
		c.Drop(&x.Cached)
		c.Grow(&x.Cached, 5)
	}
	if len(here) != 0 || c.Size() != 0 || c.parts[Feeds].hand != nil {
		t.Errorf("all dropped, and %v is left of %d bytes", here, c.Size())
	}
	var none *Cache
	none.Keep(Feeds, &Cached{}, 1, nil)
	none.Grow(&Cached{}, 1)
	none.Drop(&Cached{})
}

// TestCacheUnderLoad accounts for what is there, whoever does what to it.
func TestCacheUnderLoad(t *testing.T) {
	const limit = 1000
	c := NewCache(limit)
	var mu sync.Mutex
	here := map[*thing]int{}
	var wg sync.WaitGroup
	for seed := range uint64(8) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, 1))
			var mine []*thing
			for range 2000 {
				switch k := r.IntN(8); {
				case k < 3 || len(mine) == 0:
					x := &thing{}
					mine = append(mine, x)
					mu.Lock()
					here[x] = 1
					mu.Unlock()
					c.Keep(Feeds, &x.Cached, r.IntN(100), func() {
						mu.Lock()
						defer mu.Unlock()
						if here[x] == 0 {
							t.Error("dropped twice")
						}
						delete(here, x)
					})
				case k == 3:
					c.Drop(&mine[r.IntN(len(mine))].Cached)
				case k == 4:
					c.Grow(&mine[r.IntN(len(mine))].Cached, r.IntN(50))
				default:
					mine[r.IntN(len(mine))].Use()
				}
				if n := c.Size(); n > limit {
					t.Errorf("%d bytes are kept", n)
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for x := range here {
		sum += x.bytes
	}
	if sum != c.Size() {
		t.Errorf("what is there takes %d bytes, and %d are accounted for", sum, c.Size())
	}
}

// TestCacheParts floods one part after the other: none drops what another has, but
// for Feeds, which keep the larger share.
func TestCacheParts(t *testing.T) {
	const limit = 64 << 20
	c := NewCache(limit)
	sizes := map[Part]int{}
	flood := func(p Part) {
		for range 1000 {
			const bytes = 100 << 10
			sizes[p] += bytes
			c.Keep(p, &Cached{}, bytes, func() { sizes[p] -= bytes })
		}
	}
	for _, p := range []Part{Feeds, Composed, Pages, Deltas, Composed, Pages} {
		before := maps.Clone(sizes)
		flood(p)
		for o, n := range before {
			if o != p && o != Feeds && sizes[o] != n {
				t.Errorf("a flood of part %d leaves %d of %d bytes of part %d", p, sizes[o], n, o)
			}
		}
		if p != Feeds && sizes[p] > limit/8 || sizes[Feeds] < limit*11/16-(1<<20) || c.Size() > limit {
			t.Errorf("after a flood of part %d: %v, %d bytes in all", p, sizes, c.Size())
		}
	}
	for p := range Part(len(shares)) {
		small := NewCache(minShare)
		kept := true
		small.Keep(p, &Cached{}, minShare, func() { kept = false })
		if !kept || small.Size() != minShare {
			t.Errorf("a small cache has no room for a document of part %d: %d bytes", p, small.Size())
		}
	}
}
