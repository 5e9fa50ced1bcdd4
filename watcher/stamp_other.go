//go:build !linux && !darwin

package watcher

import "io/fs"

func system(fs.FileInfo) (changeTime int64, inode uint64) { return 0, 0 }
