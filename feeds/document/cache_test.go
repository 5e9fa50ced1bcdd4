package document

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// thing is something kept, with the name of its own in a set.
type thing struct {
	Kept
	name string
}

func TestCacheDropsWhatIsNotUsed(t *testing.T) {
	c := NewCache(10)
	here := map[string]*thing{}
	keep := func(name string, bytes int) *thing {
		x := &thing{name: name}
		here[name] = x
		c.Keep(&x.Kept, bytes, func() { delete(here, name) })
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
	c.Grow(&hot.Kept, 3)
	hot.Use()
	if c.Size() > 10 || len(here) != 2 && here["hot"] != nil {
		t.Errorf("after growing: kept %v, %d bytes", here, c.Size())
	}
	keep("giant", 11) // is more than all
	if here["giant"] != nil || c.Size() > 10 {
		t.Errorf("a giant is kept: %v", here)
	}
	for _, x := range here {
		c.Drop(&x.Kept)
		c.Drop(&x.Kept)
		c.Grow(&x.Kept, 5)
	}
	if len(here) != 0 || c.Size() != 0 || c.hand != nil {
		t.Errorf("all dropped, and %v is left of %d bytes", here, c.Size())
	}
	var none *Cache
	none.Keep(&Kept{}, 1, nil)
	none.Grow(&Kept{}, 1)
	none.Drop(&Kept{})
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
					c.Keep(&x.Kept, r.IntN(100), func() {
						mu.Lock()
						defer mu.Unlock()
						if here[x] == 0 {
							t.Error("dropped twice")
						}
						delete(here, x)
					})
				case k == 3:
					c.Drop(&mine[r.IntN(len(mine))].Kept)
				case k == 4:
					c.Grow(&mine[r.IntN(len(mine))].Kept, r.IntN(50))
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
