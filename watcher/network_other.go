//go:build !linux

package watcher

// isNetwork does not know on this system. Options.ScanOnly replaces it.
func isNetwork(string) bool { return false }
