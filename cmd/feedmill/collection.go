package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// startRoom is how much garbage may lie about while many articles are read, in
// bytes: a heap that is still small would be collected dozens of times as it grows.
const startRoom = 96 << 20

// mostPercent bounds the room while next to nothing is in use: it is startRoom of
// the smallest heap that is collected at all, 4 MiB.
const mostPercent = startRoom / (4 << 20) * 100

// pace is how often the room is measured anew, after a collection that leaves a
// heap of another size. By then not much can have been added.
const pace = 5 * time.Millisecond

// roomyHeap has garbage collected when startRoom is used up, rather than by the
// usual measure; of a large heap, when half the usual is. end takes that back; calls
// must not overlap.
func roomyHeap() (end func()) {
	usual := debug.SetGCPercent(mostPercent)
	if usual < 0 || usual > mostPercent { // somebody has other plans
		debug.SetGCPercent(usual)
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for percent := mostPercent; ; {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			if p := roomPercent(liveHeap(), usual); p != percent {
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
