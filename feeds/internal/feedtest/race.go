package feedtest

import (
	"runtime/debug"
	"slices"
	"testing"
)

// SkipUnderRace skips a test that measures what the program takes where the race
// detector would take more.
func SkipUnderRace(tb testing.TB) {
	tb.Helper()
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		tb.Skip("skipped: measured without the race detector")
	}
}
