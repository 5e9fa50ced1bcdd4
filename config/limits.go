package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	minScanInterval = time.Second
	minBytes        = 4 << 10
)

// limitSettings are the keys that override limits for a kind of feed or a topic.
var limitSettings = []setting[Override]{
	{Setting{Key: "items", Example: "20", Meaning: "Articles at most. Without it: as in feeds.items."},
		one(func(o *Override) **int { return &o.Items }, optional(number(1, math.MaxInt)))},
	{Setting{Key: "max_age", Example: "90d", Meaning: "Age at most. Without it: as in feeds.max_age."},
		one(func(o *Override) **time.Duration { return &o.MaxAge }, optional(duration(0)))},
	{Setting{Key: "max_bytes", Example: "256 KiB", Meaning: "Size at most. Without it: as in feeds.max_bytes."},
		one(func(o *Override) **int { return &o.MaxBytes }, optional(documentSize))},
}

// number is a whole number in bounds; a most of math.MaxInt is none.
func number(least, most int) kind[int] {
	bounds := fmt.Sprintf("from %d to %d", least, most)
	if most == math.MaxInt {
		bounds = fmt.Sprintf("of at least %d", least)
	}
	return kind[int]{func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("%q is not a whole number %s", s, bounds)
		}
		return n, nil
	}, strconv.Itoa}
}

var documentSize = size(minBytes, "a smaller document has no room for an article")

// size is a number of bytes: at least so many, for a reason.
func size(least int, reason string) kind[int] {
	return kind[int]{func(s string) (int, error) {
		n, err := parseSize(s)
		if err == nil && n < least {
			err = fmt.Errorf("must be at least %s: %s", showSize(least), reason)
		}
		return n, err
	}, showSize}
}

// showSize writes a number of bytes as parseSize reads it.
func showSize(n int) string {
	switch {
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// duration is a time span of at least so much.
func duration(least time.Duration) kind[time.Duration] {
	return kind[time.Duration]{func(s string) (time.Duration, error) {
		d, err := parseDuration(s)
		if err == nil && d < least {
			err = fmt.Errorf("must be at least %s", least)
		}
		return d, err
	}, showDuration}
}

// showDuration writes whole days as "30d".
func showDuration(d time.Duration) string {
	if d == 0 || d%day != 0 {
		return d.String()
	}
	return strconv.Itoa(int(d/day)) + "d"
}

var sizeForm = regexp.MustCompile(`^(\d+(?:\.\d+)?) ?([A-Za-z]*)$`)

var sizeUnits = map[string]float64{
	"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}

// parseSize reads a number of bytes such as 65536, "512 KiB" or "1.5MB".
func parseSize(s string) (int, error) {
	m := sizeForm.FindStringSubmatch(s)
	if m != nil {
		n, _ := strconv.ParseFloat(m[1], 64)
		unit, ok := sizeUnits[strings.ToLower(m[2])]
		if n *= unit; ok && n < math.MaxInt32 {
			return int(n), nil
		}
	}
	return 0, fmt.Errorf("%q is not a size below 2 GiB: write it as in 512 KiB or 1 MB", s)
}

var durationForm = regexp.MustCompile(`^(?:(\d+)w)?(?:(\d+)d)?((?:\d+(?:\.\d+)?(?:h|m|s|ms))*)$`)

// parseDuration reads a time span such as "90d", "2w", "1d12h" or "90s"; 0 needs
// no unit.
func parseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	m := durationForm.FindStringSubmatch(s)
	if s != "" && m != nil {
		weeks, err1 := strconv.ParseUint("0"+m[1], 10, 16)
		days, err2 := strconv.ParseUint("0"+m[2], 10, 16)
		rest, err3 := time.ParseDuration("0" + m[3])
		d := time.Duration(weeks)*7*day + time.Duration(days)*day
		if errors.Join(err1, err2, err3) == nil && d < maxDuration && rest < maxDuration {
			return d + rest, nil
		}
	}
	return 0, fmt.Errorf("%q is not a time span below 100 years: write it as in 90d, 2w, 12h or 30s", s)
}

const (
	day         = 24 * time.Hour
	maxDuration = 100 * 365 * day
)
