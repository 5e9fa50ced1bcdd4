package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// startRoom is how much garbage may lie about while many articles are read, in
// bytes: a heap that is still small would be collected dozens of times as it grows.
const startRoom = 256 << 20

// mostPercent bounds the room while next to nothing is in use.
const mostPercent = 10_000

// roomyHeap has garbage collected when startRoom is used up, rather than by the
// usual measure; of a large heap, when half the usual is. end takes that back; calls
// must not overlap.
func roomyHeap() (end func()) {
	usual := debug.SetGCPercent(mostPercent)
	if usual < 0 || usual > mostPercent { // somebody has other plans
		debug.SetGCPercent(usual)
		return func() {}
	}
	var mu sync.Mutex
	over := false
	var pace func(*mark)
	pace = func(*mark) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			debug.SetGCPercent(roomPercent(liveHeap(), usual))
			runtime.SetFinalizer(new(mark), pace)
		}
	}
	runtime.SetFinalizer(new(mark), pace) // runs after each collection, as nothing refers to the mark
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		debug.SetGCPercent(usual)
	}
}

// mark is something to be collected. It has a pointer, or it would lie together
// with others and outlive a collection.
type mark struct{ _ *mark }

// roomPercent is how much a heap of live bytes may grow until the next collection.
func roomPercent(live uint64, usual int) int {
	return max(usual/2, min(mostPercent, int(startRoom*100/max(live, 1))))
}

// liveHeap is the bytes that the last collection left.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}
