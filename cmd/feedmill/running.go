package main

import (
	"errors"
	"os"
	"path/filepath"
)

// runningFile is the file in the state folder by which "feedmill status" finds the
// running serve. Only its owner can read it.
const runningFile = "serve.json"

// runningServe says how to ask a running serve how it is.
type runningServe struct {
	URL     string `json:"url"`               // with a slash at its end
	Key     string `json:"key"`               // opens /status and Control, as long as that process runs
	Control string `json:"control,omitempty"` // where it takes commands, with a slash at its end; empty for nowhere
}

// remove takes r out of the state folder, unless another process has written its
// own there since.
func (r runningServe) remove(state string) {
	if now, err := readState[runningServe](state, runningFile, errNotRunning); err == nil && now == r {
		os.Remove(filepath.Join(state, runningFile))
	}
}

var errNotRunning = errors.New("no serve is running for this folder")
