package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// garbageAtStart is how many bytes of garbage may pile up, at most, while all
// articles are read. By default a heap that is still small would be collected
// dozens of times as it grows.
const garbageAtStart = 96 << 20

// maxPercent bounds the garbage collector's percentage while next to nothing is
// in use: it allows garbageAtStart on the smallest heap that is collected at all,
// which has 4 MiB.
const maxPercent = garbageAtStart / (4 << 20) * 100

// adjustInterval is how often the percentage is adapted to the size of the live
// heap, which each collection measures anew.
const adjustInterval = 5 * time.Millisecond

// delayCollections makes the garbage collector wait until garbageAtStart bytes of
// garbage have piled up; for a large heap, half the usual amount. end restores the
// usual percentage. Calls must not overlap.
func delayCollections() (end func()) {
	usual := debug.SetGCPercent(maxPercent)
	if usual < 0 || usual > maxPercent { // set by the environment variable GOGC
		debug.SetGCPercent(usual)
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(adjustInterval)
		defer tick.Stop()
		for percent := maxPercent; ; {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			if p := gcPercent(liveHeap(), usual); p != percent {
				percent = p
				debug.SetGCPercent(p)
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
		debug.SetGCPercent(usual)
	}
}

// gcPercent returns by how many percent a heap of live bytes may grow until the
// next collection.
func gcPercent(live uint64, usual int) int {
	return max(usual/2, min(maxPercent, int(garbageAtStart*100/max(live, 1))))
}

// liveHeap returns the bytes that the last collection found in use.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}
