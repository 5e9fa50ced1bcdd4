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
		{0, 100, mostPercent},
		{1 << 20, 100, mostPercent},
		{startRoom / 16, 100, 1600},
		{startRoom / 2, 100, 200},
		{startRoom, 100, 100},
		{8 * startRoom, 100, 50},
		{8 * startRoom, 50, 25},
	} {
		if got := roomPercent(c.live, c.usual); got != c.want {
			t.Errorf("%d bytes in use, usually %d %%: %d, want %d", c.live, c.usual, got, c.want)
		}
	}
}

func TestRoomyHeapEnds(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	end := roomyHeap()
	runtime.GC()
	end()
	runtime.GC()
	if after := debug.SetGCPercent(100); after != 100 {
		t.Errorf("it stays at %d %%", after)
	}
	debug.SetGCPercent(-1)
	roomyHeap()()
	if after := debug.SetGCPercent(100); after != -1 {
		t.Errorf("collections that were off are at %d %%", after)
	}
}
