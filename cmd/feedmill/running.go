package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// runningFile is the file in the state folder by which "feedmill status" finds the
// running serve. Only its owner can read it.
const runningFile = "serve.json"

// runningServe says how to ask a running serve how it is.
type runningServe struct {
	URL string `json:"url"` // with a slash at its end
	Key string `json:"key"` // opens /status, as long as that process runs
}

// write puts r into the state folder.
func (r runningServe) write(state string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(state, runningFile), text, 0o600)
}

// remove takes r out of the state folder, unless another process has written its
// own there since.
func (r runningServe) remove(state string) {
	if now, err := readRunningServe(state); err == nil && now == r {
		os.Remove(filepath.Join(state, runningFile))
	}
}

var errNotRunning = errors.New("no serve is running for this folder")

// readRunningServe reads what the last serve has written.
func readRunningServe(state string) (r runningServe, err error) {
	text, err := os.ReadFile(filepath.Join(state, runningFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, errNotRunning
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err
}
