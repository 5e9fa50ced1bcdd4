package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// contactFile is in the state folder how status finds serve. Only the owner can
// read it.
const contactFile = "serve.json"

// contact says how to ask a running serve how it is.
type contact struct {
	URL string `json:"url"` // with a slash at its end
	Key string `json:"key"` // lets in to /status, until that process ends
}

// newContact is how to reach what listens at a URL on this machine.
func newContact(url string) contact { return contact{URL: url, Key: rand.Text()} }

// write says so in the state folder.
func (r contact) write(state string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file := filepath.Join(state, contactFile)
	os.Remove(file + ".new") // whose permissions would stay
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// remove takes that back, unless another process has written there since.
func (r contact) remove(state string) {
	if now, err := readContact(state); err == nil && now == r {
		os.Remove(filepath.Join(state, contactFile))
	}
}

var errNotRunning = errors.New("no serve is running for this folder")

// readContact is what the last serve has written.
func readContact(state string) (r contact, err error) {
	text, err := os.ReadFile(filepath.Join(state, contactFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, errNotRunning
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err
}
