package status

import (
	"strings"
	"time"

	"feedmill/feeds"
)

// Status is all that /status shows. Times are UTC.
type Status struct {
	Ready    bool        `json:"ready"`
	Now      time.Time   `json:"now"`
	Version  string      `json:"version,omitempty"`
	Held     *feeds.Hold `json:"held"` // null: nothing
	ToDo     string      `json:"to_do,omitempty"`
	Articles int         `json:"articles"`
	Feeds    int         `json:"feeds"`
	State
	Polled *Polled         `json:"polled,omitempty"` // nil: nobody counts
	ByFeed []*Subscription `json:"by_feed,omitempty"`
	Home   string          `json:"-"` // where the feeds are; empty before there are any
	title  string
}

// State is what a program knows of itself beyond its snapshot. Who is given one
// owns it.
type State struct {
	Started   time.Time            `json:"started"`
	Folder    string               `json:"folder"`             // of the articles
	Settings  []Setting            `json:"settings"`           // in force, in the order of the documentation
	Problems  []string             `json:"problems"`           // to be mended, as path:line:col: field: message
	Kept      map[string]time.Time `json:"kept,omitempty"`     // paths of broken files whose last good version stays, and since when
	Left      map[string]int       `json:"left_out,omitempty"` // articles that are in no feed on purpose, by reason
	Scan      Scan                 `json:"scan"`
	Rounds    []Round              `json:"rounds"`    // the last ones that changed anything, the latest first
	Scheduled []Turn               `json:"scheduled"` // what time alone will change, soonest first
	Cache     Cache                `json:"cache"`
	Memory    Memory               `json:"memory"`
}

// KeptSince is since when the last good version stands in for the file that a
// problem is about; zero for one that nothing stands in for.
func (s *State) KeptSince(problem string) time.Time {
	for path, since := range s.Kept {
		if strings.HasPrefix(problem, path+":") {
			return since
		}
	}
	return time.Time{}
}

// Setting is one that is in force. Secrets are left out.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Scan is the last look at all files.
type Scan struct {
	At    time.Time `json:"at"` // zero: none yet
	Files int       `json:"files"`
	Took  float64   `json:"took_ms"`
}

// Round is one change of the feeds.
type Round struct {
	At    time.Time `json:"at"`
	Files int       `json:"files"` // that differed
	Feeds int       `json:"feeds"` // with another content
	Took  float64   `json:"took_ms"`
	Delay float64   `json:"change_to_served_ms,omitempty"` // from the change of the file; zero: not known
}

// Turn is when an article appears or leaves although no file changes.
type Turn struct {
	At     time.Time `json:"at"`
	Path   string    `json:"path"`
	Title  string    `json:"title"`
	Leaves bool      `json:"leaves,omitempty"`
}

// Cache is what rendered items and documents take, in bytes.
type Cache struct {
	Used  int64 `json:"used_bytes"`
	Limit int64 `json:"limit_bytes"`
}

// Memory is what the program takes, in bytes.
type Memory struct {
	Live  int64 `json:"live_bytes"`  // objects, also those that are about to be collected
	Total int64 `json:"total_bytes"` // taken from the system
}
