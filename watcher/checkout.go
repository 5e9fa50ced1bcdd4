package watcher

import (
	"os"
	"path/filepath"
)

// checkingOut says whether git is at work on the files of a folder: it holds
// the lock of its index from before the first file until after the last. A
// repository whose .git is a file (a worktree, a submodule) is not recognised.
func checkingOut(folder string) bool {
	for {
		git := filepath.Join(folder, ".git")
		if info, err := os.Lstat(git); err == nil {
			_, err := os.Lstat(filepath.Join(git, "index.lock"))
			return info.IsDir() && err == nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return false
		}
		folder = above
	}
}
