//go:build !linux

package watcher

// isNetwork cannot tell here: Options.ScanOnly says it.
func isNetwork(string) bool { return false }
