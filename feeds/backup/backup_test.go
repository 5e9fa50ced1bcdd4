package backup

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"time"
)

var made = About{Made: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), Version: "1", Folder: "/site"}

// packed is a backup of two files.
func packed(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	err := Write(&b, made, []File{{"ledger.db", 5, strings.NewReader("idsid and more")}, {"empty", 0, strings.NewReader("")}, {"texts", 3000, strings.NewReader(strings.Repeat("x", 3000))}})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compressed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// unpacked is what Read gives.
func unpacked(b []byte) (map[string]string, About, error) {
	all := map[string]string{}
	about, err := Read(bytes.NewReader(b), func(f File) error {
		text, err := io.ReadAll(f.Content)
		all[f.Name] = string(text)
		return err
	})
	return all, about, err
}

func TestBackup(t *testing.T) {
	want := map[string]string{"ledger.db": "idsid", "empty": "", "texts": strings.Repeat("x", 3000)}
	for name, b := range map[string][]byte{"tar": packed(t), "gzip": compressed(packed(t))} {
		all, about, err := unpacked(b)
		if err != nil || about != made || !maps.Equal(all, want) {
			t.Errorf("%s: %v, %+v, %v", name, all, about, err)
		}
		for n := range b {
			all, _, err := unpacked(b[:n])
			if whole := err == nil && maps.Equal(all, want); !errors.Is(err, ErrNotWhole) && !whole { // tar ends with zeros
				t.Fatalf("%s cut at %d of %d: %v", name, n, len(b), err)
			}
		}
		if _, err := Read(bytes.NewReader(b), func(File) error { return nil }); err != nil {
			t.Errorf("%s, skipped over: %v", name, err)
		}
		stop := errors.New("stop")
		if _, err := Read(bytes.NewReader(b), func(File) error { return stop }); err != stop {
			t.Errorf("%s: %v", name, err)
		}
	}
	short := File{"a", 5, strings.NewReader("abc")}
	if err := Write(io.Discard, made, []File{short}); err == nil {
		t.Error("a file that is shorter than it says is packed")
	}
}

// TestDamaged flips each bit of the contents: Read never takes them for right.
func TestDamaged(t *testing.T) {
	good, _, _ := unpacked(packed(t))
	for name, b := range map[string][]byte{"tar": packed(t), "gzip": compressed(packed(t))} {
		for i := range b {
			b[i] ^= 1 << (i % 8)
			if all, _, err := unpacked(b); err == nil && !maps.Equal(all, good) {
				t.Errorf("%s: byte %d flipped gives %d files and no error", name, i, len(all))
			}
			b[i] ^= 1 << (i % 8)
		}
	}
}

// FuzzRead makes an error of whatever is no backup, and never more than it was given.
func FuzzRead(f *testing.F) {
	f.Add(packed(f))
	f.Add(compressed(packed(f)))
	f.Fuzz(func(t *testing.T, b []byte) {
		files := 0
		Read(bytes.NewReader(b), func(file File) error {
			if files++; files > maxFiles || strings.ContainsAny(file.Name, `/\`) {
				t.Errorf("%d files, %q", files, file.Name)
			}
			return nil
		})
	})
}
