// Package export writes documents as static files into a folder, for a plain web
// server.
//
// It changes only files that it wrote itself. Their names are in a manifest in the
// folder: a file that the manifest lacks is never replaced or deleted. Names are
// added to the manifest before the files are written, so that no file is forgotten
// when a run is cut short. A file is replaced by renaming a complete one over it.
package export

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
)

// File is a document to write. Name is its slash-separated path in the folder, Body
// its bytes. Body is called once.
type File interface {
	Name() string
	Body() ([]byte, error)
}

// Report counts what a run did.
type Report struct {
	Written   int // files that are new or have other bytes than before
	Unchanged int // files with the same bytes, which were not touched
	Removed   int // files of an earlier run that are no longer among the files to write
}

// Write writes files to the folder dest, which it creates if needed, and deletes the
// files of earlier runs that are not among them. After an error every file is as it
// was or complete, and the next run continues from there. Only one run at a time may
// write to a folder: a second one makes the first fail.
func Write[F File](ctx context.Context, dest string, files iter.Seq[F]) (Report, error) {
	if err := os.MkdirAll(dest, 0o777); err != nil {
		return Report{}, fmt.Errorf("make the folder to export to: %w", err)
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		return Report{}, fmt.Errorf("open the folder to export to: %w", err)
	}
	defer root.Close()
	report, err := write(ctx, root, files)
	if err != nil {
		return report, fmt.Errorf("export to %s: %w", dest, err)
	}
	return report, nil
}

func write[F File](ctx context.Context, root *os.Root, files iter.Seq[F]) (report Report, err error) {
	written, err := readManifest(root)
	if err != nil {
		return report, err
	}
	root.Remove(temporaryName) // left by a run that was killed
	wanted := make(map[string]bool)
	for f := range files {
		wanted[f.Name()] = true
	}
	if err := addToManifest(root, written, wanted); err != nil {
		return report, err
	}
	for f := range files {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		body, err := f.Body()
		if err = cmp.Or(ctx.Err(), err); err != nil { // what was made while ctx ended may lack something
			return report, err
		}
		if equal(root, f.Name(), body) {
			report.Unchanged++
			continue
		}
		if err := replace(root, f.Name(), body); err != nil {
			return report, err
		}
		report.Written++
	}
	if err := ctx.Err(); err != nil { // there may be more files
		return report, err
	}
	report.Removed, err = removeOld(root, written, wanted)
	return report, err
}

// addToManifest adds the names of wanted to the manifest, which has those of written.
// It fails if there are files of other origin under these names.
func addToManifest(root *os.Root, written, wanted map[string]bool) error {
	union := maps.Clone(written)
	var foreign []error
	for name := range wanted {
		union[name] = true
		if written[name] {
			continue
		}
		if _, err := root.Lstat(name); err == nil {
			foreign = append(foreign, fmt.Errorf("%s was not written by an export and would be overwritten: choose another folder or move it away", name))
		}
	}
	if foreign != nil {
		return errors.Join(foreign...)
	}
	if len(union) == len(written) {
		return nil
	}
	return writeManifest(root, union)
}

// equal reports whether the file is known to hold body.
func equal(root *os.Root, name string, body []byte) bool {
	info, err := root.Lstat(name)
	if err != nil || info.Size() != int64(len(body)) {
		return false
	}
	old, err := readFile(root, name, info.Size())
	return err == nil && bytes.Equal(old, body)
}

// removeOld deletes the files of written that are not in wanted, and folders that
// become empty, and then removes their names from the manifest.
func removeOld(root *os.Root, written, wanted map[string]bool) (removed int, err error) {
	old := maps.Clone(written)
	maps.DeleteFunc(old, func(name string, _ bool) bool { return wanted[name] })
	if len(old) == 0 {
		return 0, nil
	}
	for name := range old {
		switch err := root.Remove(name); {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist):
			return removed, err
		}
		for dir := path.Dir(name); dir != "." && root.Remove(dir) == nil; dir = path.Dir(dir) {
			// A folder that is not empty cannot be removed.
		}
	}
	return removed, writeManifest(root, wanted)
}
