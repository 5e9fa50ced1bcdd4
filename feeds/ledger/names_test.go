package ledger

import (
	"fmt"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

func TestNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.db")
	key := func(slug string) feeds.Key { return feeds.Key{Kind: feeds.Topic, Slug: slug} }
	for _, step := range []struct {
		served map[feeds.Key]string
		want   string
	}{
		{nil, "[]"},
		{map[feeds.Key]string{key("c-sharp"): "c#", {Kind: feeds.Type, Slug: "video"}: "video"}, "[{topic c# [c-sharp]} {type video [video]}]"},
		{map[feeds.Key]string{key("c-sharp"): "c#"}, "[{topic c# [c-sharp]} {type video [video]}]"},
		{map[feeds.Key]string{key("cs"): "c#", key("a-b"): "a/b"}, "[{topic a/b [a-b]} {topic c# [c-sharp cs]} {type video [video]}]"},
		{map[feeds.Key]string{key("c-sharp"): "c sharp"}, "[{topic a/b [a-b]} {topic c sharp [c-sharp]} {topic c# [cs]} {type video [video]}]"},
	} {
		l, err := Open(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.SaveNames(step.served); err != nil {
			t.Fatal(err)
		}
		told := fmt.Sprint(l.Names())
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = Open(file); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(l.Names()); got != step.want || told != step.want {
			t.Errorf("after %v: %s, after a restart %s, want %s", step.served, told, got, step.want)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := Check(file); err != nil {
		t.Error(err)
	}
	db, err := bbolt.Open(file, 0o666, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketNames).Put([]byte("topic/x"), []byte("{")) })
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	if Check(file) == nil {
		t.Error("a damaged name is not noticed")
	}
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got, want := fmt.Sprint(l.Names()), "[{topic a/b [a-b]} {topic c sharp [c-sharp]} {topic c# [cs]} {type video [video]}]"; got != want {
		t.Errorf("after damage %s, want %s", got, want)
	}
}

func TestMemoryRemembersNoNames(t *testing.T) {
	l := Memory()
	if err := l.SaveNames(map[feeds.Key]string{{Kind: feeds.Topic, Slug: "x"}: "x"}); err != nil || len(l.Names()) > 0 {
		t.Errorf("%v %v", l.Names(), err)
	}
}
