package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestRoomPercent(t *testing.T) {
	for _, c := range []struct {
		live        uint64
		usual, want int
	}{
		{0, 100, maxPercent},
		{1 << 20, 100, maxPercent},
		{garbageAtStart / 16, 100, 1600},
		{garbageAtStart / 2, 100, 200},
		{garbageAtStart, 100, 100},
		{8 * garbageAtStart, 100, 50},
		{8 * garbageAtStart, 50, 25},
	} {
		if got := gcPercent(c.live, c.usual); got != c.want {
			t.Errorf("%d bytes in use, usually %d %%: %d, want %d", c.live, c.usual, got, c.want)
		}
	}
}

func TestRoomyHeapEnds(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	end := delayCollections()
	runtime.GC()
	end()
	runtime.GC()
	if after := debug.SetGCPercent(100); after != 100 {
		t.Errorf("it stays at %d %%", after)
	}
	debug.SetGCPercent(-1)
	delayCollections()()
	if after := debug.SetGCPercent(100); after != -1 {
		t.Errorf("collections that were off are at %d %%", after)
	}
}
