package watcher

import (
	"io/fs"
	"time"
)

// Stamp tells versions of a file apart without reading it: compare with ==.
// The zero Stamp belongs to no file.
type Stamp struct {
	Size       int64
	ModTime    int64  // nanoseconds since 1970
	ChangeTime int64  // nanoseconds since 1970, as the kernel keeps it; zero where it keeps none
	Inode      uint64 // zero where there is none
}

// tick is longer than file systems take to move their clock on: within it, a
// second write can leave the stamp as it was.
const tick = 20 * time.Millisecond

func stampOf(info fs.FileInfo) Stamp {
	s := Stamp{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
	s.ChangeTime, s.Inode = system(info)
	return s
}

// fresh makes s unequal to what any file has if it could still be that of a
// later version, so that the next comparison reads the file again.
func (s Stamp) fresh(now time.Time) Stamp {
	if age := now.Sub(time.Unix(0, s.changed())); age.Abs() < tick {
		s.Size = -1
	}
	return s
}

// changed is when the file changed last, as far as the stamp tells.
func (s Stamp) changed() int64 {
	if s.ChangeTime == 0 {
		return s.ModTime
	}
	return s.ChangeTime
}
