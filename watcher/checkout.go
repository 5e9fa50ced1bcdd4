package watcher

import (
	"os"
	"path/filepath"
)

// checkingOut reports whether git is at work on the files of a folder: it locks its
// index before it writes the first file and until it has written the last. It is
// false in a repository whose .git is a file (a worktree, a submodule).
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
