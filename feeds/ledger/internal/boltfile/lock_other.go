//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package boltfile

import (
	"os"
	"time"
)

// Lock leaves it to bbolt to lock the file.
func Lock(*os.File, bool, time.Duration) error { return nil }

// Unlock does nothing: bbolt gives its lock back.
func Unlock(*os.File) {}
