//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package boltfile

import (
	"os"
	"syscall"
	"time"
)

// Lock takes the lock that bbolt takes when it opens the file. Whoever opens it through
// f has it already. It waits for others, and returns [ErrLocked] after that.
func Lock(f *os.File, exclusive bool, wait time.Duration) error {
	how := syscall.LOCK_SH | syscall.LOCK_NB
	if exclusive {
		how = syscall.LOCK_EX | syscall.LOCK_NB
	}
	for end := time.Now().Add(wait); ; time.Sleep(wait / 20) {
		err := syscall.Flock(int(f.Fd()), how)
		if err != syscall.EWOULDBLOCK {
			return err
		}
		if time.Now().After(end) {
			return ErrLocked
		}
	}
}

// Unlock gives the lock back, although the file may still be mapped.
func Unlock(f *os.File) { syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
