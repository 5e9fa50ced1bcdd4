package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
)

const (
	manifestName  = ".feedmill-files.json"
	temporaryName = ".feedmill-part"
)

// readManifest returns the names of the files that earlier runs wrote, none
// where there was no earlier run.
func readManifest(root *os.Root) (map[string]bool, error) {
	src, err := root.ReadFile(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]bool{}, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal(src, &names); err != nil {
		return nil, fmt.Errorf("%s is damaged, so it is not known which files may be replaced: empty the folder: %w", manifestName, err)
	}
	ours := make(map[string]bool, len(names))
	for _, n := range names {
		ours[n] = true
	}
	return ours, nil
}

func writeManifest(root *os.Root, names map[string]bool) error {
	src, err := json.MarshalIndent(slices.Sorted(maps.Keys(names)), "", "\t")
	if err != nil {
		return err
	}
	return replace(root, manifestName, append(src, '\n'))
}

// replace puts a complete file in place of name, or fails and leaves name as it
// was.
func replace(root *os.Root, name string, body []byte) error {
	err := fill(root, temporaryName, body)
	if err == nil {
		err = root.MkdirAll(path.Dir(name), 0o777)
	}
	if err == nil {
		err = root.Rename(temporaryName, name)
	}
	if err != nil {
		root.Remove(temporaryName)
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// fill writes a new file; one that is there means that another run is under way.
// A full disk may show only when the file is closed.
func fill(root *os.Root, name string, body []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Close())
}
