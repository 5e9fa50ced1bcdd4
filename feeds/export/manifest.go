package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"slices"
)

const (
	manifestName  = ".feedmill-files.json"
	temporaryName = ".feedmill-part"
)

// readManifest returns the names of the files that earlier runs wrote.
func readManifest(root *os.Root) (map[string]bool, error) {
	src, err := readFile(root, manifestName, maxManifest)
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
	written := make(map[string]bool, len(names))
	for _, n := range names {
		written[n] = true
	}
	return written, nil
}

// Written yields the contents of the files with a name, in any folder of dest, that
// earlier runs wrote there. What cannot be read, or has more than limit bytes, is left out.
func Written(dest, name string, limit int64) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		root, err := os.OpenRoot(dest)
		if err != nil {
			return
		}
		defer root.Close()
		written, err := readManifest(root)
		if err != nil {
			return
		}
		for _, file := range slices.Sorted(maps.Keys(written)) {
			if path.Base(file) != name {
				continue
			}
			if src, err := readFile(root, file, limit); err == nil && !yield(src) {
				return
			}
		}
	}
}

// maxManifest bounds the manifest, in bytes: it has room for a million names.
const maxManifest = 64 << 20

// readFile reads a whole file, which must be a regular one of at most limit bytes.
func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s is no regular file of at most %d bytes, so export did not write it: empty the folder", name, limit)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src := make([]byte, info.Size())
	_, err = io.ReadFull(f, src)
	return src, err
}

func writeManifest(root *os.Root, names map[string]bool) error {
	src, err := json.MarshalIndent(slices.Sorted(maps.Keys(names)), "", "\t")
	if err != nil {
		return err
	}
	return replace(root, manifestName, append(src, '\n'))
}

// replace replaces the file name by one that holds body, or fails and leaves it as it
// was.
func replace(root *os.Root, name string, body []byte) error {
	// If the temporary file exists, another run is at work.
	f, err := root.OpenFile(temporaryName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		_, err = f.Write(body)
		err = errors.Join(err, f.Close()) // a full disk may cause an error only here
	}
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
