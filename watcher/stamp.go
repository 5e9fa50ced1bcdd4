package watcher

import (
	"io/fs"
	"time"
)

// Stamp tells versions of a file apart without reading it. Stamps can be compared
// with ==. The zero Stamp is that of no file.
type Stamp struct {
	Size       int64
	ModTime    int64  // nanoseconds since 1970
	ChangeTime int64  // nanoseconds since 1970, set by the kernel at each change; zero where there is none
	Inode      uint64 // zero where there is none
}

// tick is longer than the step of a file system's clock. Two writes within a step may
// have equal stamps.
const tick = 20 * time.Millisecond

func stampOf(info fs.FileInfo) Stamp {
	s := Stamp{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
	s.ChangeTime, s.Inode = system(info)
	return s
}

// ifSure returns s, but if a later version of the file may have the same stamp, a stamp
// that is unequal to that of any file: then the next comparison reads the file again.
func (s Stamp) ifSure(now time.Time) Stamp {
	if age := now.Sub(time.Unix(0, s.changed())); age.Abs() < tick {
		s.Size = -1
	}
	return s
}

// changed is when the file changed last, in nanoseconds since 1970.
func (s Stamp) changed() int64 {
	if s.ChangeTime == 0 {
		return s.ModTime
	}
	return s.ChangeTime
}
