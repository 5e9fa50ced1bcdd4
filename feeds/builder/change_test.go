package builder

import (
	"runtime"
	"testing"
)

// TestChangeCost: a saved article costs the same number of allocations, and of
// bytes, whatever there is beside it. What is made anew is a few nodes of its nine
// shelves and the windows of these.
func TestChangeCost(t *testing.T) {
	allocs, bytes := map[int]float64{}, map[int]float64{}
	for _, n := range []int{2_000, 20_000} {
		b, d, _ := filled(t, n)
		save := saving(t, b, d)
		save()
		listings := b.Snapshot().Listings
		save()
		kept := 0
		for i, l := range b.Snapshot().Listings {
			if l == listings[i] {
				kept++
			}
		}
		if kept != len(listings)-9 {
			t.Errorf("among %d articles, %d of %d listings stay", n, kept, len(listings))
		}
		const runs = 40
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		allocs[n] = testing.AllocsPerRun(runs, save)
		runtime.ReadMemStats(&after)
		bytes[n] = float64(after.TotalAlloc-before.TotalAlloc) / (runs + 1)
	}
	t.Logf("allocations %v, bytes %v", allocs, bytes)
	if allocs[20_000] > 1.3*allocs[2_000] || bytes[20_000] > 1.3*bytes[2_000] {
		t.Errorf("a change among 20,000 articles makes %v allocations of %v bytes, among 2,000 %v of %v", allocs[20_000], bytes[20_000], allocs[2_000], bytes[2_000])
	}
}
