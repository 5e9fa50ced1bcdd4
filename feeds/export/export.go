// Package export writes documents as static files into a folder that a plain
// web server can serve.
//
// It touches only what it wrote itself: the folder holds a manifest of its
// files, a file that is not in it is never replaced or deleted, and what a run
// is about to write enters the manifest first, so that nothing is orphaned when
// the run is cut short. A file is replaced by renaming a complete one over it.
package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
)

// File is a document to write. Name is its slash-separated path within the
// folder, and Body its bytes, asked for once.
type File interface {
	Name() string
	Body() ([]byte, error)
}

// Report counts what a run did.
type Report struct {
	Written   int // new, or with other bytes than before
	Unchanged int // left alone, with their time of modification
	Removed   int // written by an earlier run and no longer offered
}

// Write makes the folder dest hold exactly files, apart from what others put
// there. It makes dest where it is missing. After an error every file is either
// as it was or complete, and another run goes on from there. Two runs on one
// folder must not overlap; the later one makes the earlier fail.
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
	ours, err := readManifest(root)
	if err != nil {
		return report, err
	}
	root.Remove(temporaryName) // left by a run that was killed
	offered := make(map[string]bool)
	for f := range files {
		offered[f.Name()] = true
	}
	if err := claim(root, ours, offered); err != nil {
		return report, err
	}
	for f := range files {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		changed, err := update(root, f)
		if err != nil {
			return report, err
		}
		if changed {
			report.Written++
		} else {
			report.Unchanged++
		}
	}
	report.Removed, err = clean(root, ours, offered)
	return report, err
}

// claim enters the files that are about to be made into the manifest, unless
// somebody else's are in their place.
func claim(root *os.Root, ours, offered map[string]bool) error {
	union := make(map[string]bool, len(offered))
	var foreign []error
	for name := range offered {
		union[name] = true
		if ours[name] {
			continue
		}
		if _, err := root.Lstat(name); err == nil {
			foreign = append(foreign, fmt.Errorf("%s was not written by an export and would be overwritten: choose another folder or move it away", name))
		}
	}
	if foreign != nil {
		return errors.Join(foreign...)
	}
	for name := range ours {
		union[name] = true
	}
	if len(union) == len(ours) {
		return nil
	}
	return writeManifest(root, union)
}

// update makes f's file hold f's body and reports whether it had to.
func update(root *os.Root, f File) (bool, error) {
	body, err := f.Body()
	if err != nil {
		return false, err
	}
	if same(root, f.Name(), body) {
		return false, nil
	}
	return true, replace(root, f.Name(), body)
}

// same reports whether the file holds body. When in doubt it does not.
func same(root *os.Root, name string, body []byte) bool {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(body)) {
		return false
	}
	old, err := root.ReadFile(name)
	return err == nil && bytes.Equal(old, body)
}

// clean deletes the files of ours that are no longer offered, with the folders
// that this leaves empty, and then forgets them.
func clean(root *os.Root, ours, offered map[string]bool) (removed int, err error) {
	gone := false
	for name := range ours {
		if offered[name] {
			continue
		}
		gone = true
		switch err := root.Remove(name); {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist):
			return removed, err
		}
		for dir := path.Dir(name); dir != "." && root.Remove(dir) == nil; dir = path.Dir(dir) {
			// Removing a folder fails, as it should, where something is left in it.
		}
	}
	if !gone {
		return 0, nil
	}
	return removed, writeManifest(root, offered)
}
