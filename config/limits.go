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
	minCache        = 1 << 20
)

// limitSettings are the keys that override limits for a kind of feed or a topic.
var limitSettings = []setting[Override]{
	{Setting{"items", "", "Articles at most. Without it: as in feeds.items."}, "20", readItems},
	{Setting{"max_age", "", "Age at most. Without it: as in feeds.max_age."}, "90d", readMaxAge},
	{Setting{"max_bytes", "", "Size at most. Without it: as in feeds.max_bytes."}, "256 KiB", readMaxBytes},
}

func readItems(v value, o *Override)    { override(v, &o.Items, itemCount) }
func readMaxAge(v value, o *Override)   { override(v, &o.MaxAge, parseDuration) }
func readMaxBytes(v value, o *Override) { override(v, &o.MaxBytes, documentSize) }

func override[T any](v value, to **T, parse func(string) (T, error)) {
	if s := v.text(); s != "" {
		n, err := parse(s)
		if err != nil {
			v.problem("%s", err)
		}
		*to = &n
	}
}

// general makes an override the rule for all feeds.
func general(read reader[Override]) reader[loader] {
	return func(v value, l *loader) {
		var o Override
		read(v, &o)
		l.Feeds = o.over(l.Feeds)
	}
}

func itemCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a number of articles: give a whole number of at least 1", s)
	}
	return n, nil
}

func documentSize(s string) (int, error) {
	n, err := parseSize(s)
	if err == nil && n < minBytes {
		err = errors.New("must be at least 4 KiB: a smaller document has no room for an article")
	}
	return n, err
}

func readCache(v value, l *loader) {
	if s := v.text(); s != "" {
		n, err := parseSize(s)
		if err == nil && n < minCache {
			err = errors.New("must be at least 1 MiB: a smaller cache has no room for a document")
		}
		if err != nil {
			v.problem("%s", err)
			return
		}
		l.Cache = n
	}
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
		const day = 24 * time.Hour
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

const maxDuration = 100 * 365 * 24 * time.Hour
