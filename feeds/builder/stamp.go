package builder

import "feedmill/watcher"

// stamp is what is kept of a [watcher.Stamp]: two that differ are equal once in
// 2⁶⁴ times. Zero belongs to no file.
type stamp = uint64

func digestOf(s watcher.Stamp) stamp {
	h := uint64(0)
	for _, v := range [...]uint64{uint64(s.Size), uint64(s.ModTime), uint64(s.ChangeTime), s.Inode} {
		h = mixed(h ^ v)
	}
	return max(h, 1)
}

// mixed spreads every bit over all (the finaliser of SplitMix64).
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
