// Package backup packs the files of a state folder into one, and reads them back.
//
// A backup is a tar file, which may be compressed with gzip. Its last entry, the
// manifest, lists the others with their sizes and checksums: a backup without it, or
// that differs from it, is not whole, and says so.
package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// File is one of the files of a backup.
type File struct {
	Name    string // without a folder
	Size    int64  // bytes
	Content io.Reader
}

// About says what a backup is of.
type About struct {
	Made    time.Time `json:"made"`    // UTC
	Version string    `json:"version"` // of the program; may be empty
	Folder  string    `json:"folder"`  // of the articles
}

// manifestName is that of the last entry. No file of a state folder has it.
const manifestName = "manifest.json"

// Limits of what is read: more is no backup.
const (
	maxFiles    = 64
	maxManifest = 1 << 20 // bytes
)

// manifest is the last entry.
type manifest struct {
	Format int `json:"format"`
	About
	Files []summary `json:"files"`
}

const format = 1

// summary is what the manifest says of a file.
type summary struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ErrNotWhole says that a backup is damaged, cut short, or none.
var ErrNotWhole = errors.New("not a whole backup")

// Write writes a backup, not compressed, to w. Each file must have as many bytes as its
// Size says, or more, which are left out.
func Write(w io.Writer, about About, files []File) error {
	out := tar.NewWriter(w)
	m := manifest{Format: format, About: about}
	for _, f := range files {
		sum := sha256.New()
		err := out.WriteHeader(header(f.Name, f.Size, about.Made))
		if err == nil {
			_, err = io.CopyN(io.MultiWriter(out, sum), f.Content, f.Size)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
		m.Files = append(m.Files, summary{f.Name, f.Size, hex.EncodeToString(sum.Sum(nil))})
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err == nil {
		err = out.WriteHeader(header(manifestName, int64(len(text)), about.Made))
	}
	if err == nil {
		_, err = out.Write(text)
	}
	return errors.Join(err, out.Close())
}

func header(name string, size int64, at time.Time) *tar.Header {
	return &tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at.Truncate(time.Second), Format: tar.FormatPAX}
}

// Read reads a backup from end to end. It calls each with every file, in order; what
// each does not read is skipped. Only when Read returns nil it is known that what each
// has read is right: the error is ErrNotWhole, or that of r or of each.
func Read(r io.Reader, each func(File) error) (About, error) {
	plain, err := decompress(r)
	if err != nil {
		return About{}, err
	}
	in := tar.NewReader(plain)
	var found []summary
	for {
		h, err := in.Next()
		if err != nil {
			return About{}, notWhole(err)
		}
		if h.Typeflag != tar.TypeReg || h.Name == "" || strings.ContainsAny(h.Name, `/\`) || len(found) == maxFiles {
			return About{}, fmt.Errorf("%w: it has an entry %q that no backup has", ErrNotWhole, h.Name)
		}
		if h.Name == manifestName {
			return readManifest(in, h.Size, plain, found)
		}
		sum := sha256.New()
		content := io.TeeReader(checked{in}, sum)
		if err := each(File{h.Name, h.Size, content}); err != nil {
			return About{}, err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return About{}, err
		}
		found = append(found, summary{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))})
	}
}

// checked reads from a backup and says of an error that it is not whole.
type checked struct{ io.Reader }

func (c checked) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = notWhole(err)
	}
	return n, err
}

// decompress reads what is compressed with gzip, or as it is.
func decompress(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	start, err := in.Peek(2)
	if err != nil || !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return in, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, notWhole(err)
	}
	return z, nil
}

// readManifest compares what was found with what the manifest says, and reads the rest
// of the backup, which ends with a checksum if it is compressed.
func readManifest(in io.Reader, size int64, plain io.Reader, found []summary) (About, error) {
	if size > maxManifest {
		return About{}, fmt.Errorf("%w: its manifest is too long", ErrNotWhole)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return About{}, notWhole(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return About{}, notWhole(err)
	}
	if m.Format != format {
		return About{}, fmt.Errorf("%w that this version can read: its format is %d, not %d", ErrNotWhole, m.Format, format)
	}
	if !slices.Equal(m.Files, found) {
		return About{}, fmt.Errorf("%w: its files are not those that its manifest lists", ErrNotWhole)
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return About{}, notWhole(err)
	}
	return m.About, nil
}

// notWhole is what an error of reading means.
func notWhole(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: it is cut short", ErrNotWhole)
	}
	return fmt.Errorf("%w: %w", ErrNotWhole, err)
}
