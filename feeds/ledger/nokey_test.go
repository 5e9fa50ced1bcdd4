package ledger

import (
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// TestLostWithoutKey: a damaged page may name records by nothing, or by more than a key
// may be; the ledger is made again all the same.
func TestLostWithoutKey(t *testing.T) {
	file := t.TempDir() + "/ledger.db"
	lost := map[string]loss{"": {}, strings.Repeat("x", bbolt.MaxKeySize+1): {}, "a.md": {cause: "damaged"}}
	if err := writeFile(file, &salvaged{records: newRecords(), lost: lost}); err != nil {
		t.Fatal(err)
	}
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := l.Lost(); len(got) != 1 || got[0].Path != "a.md" {
		t.Errorf("lost are %v", got)
	}
}
