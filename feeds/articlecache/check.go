package articlecache

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/internal/regular"
)

// Check reads every entry and every text of the cache in a folder and reports what is
// damaged. The problem of a text names the article. Nothing is changed, and a process
// that uses the cache does not disturb: its files only grow, and new ones take their
// places when they are whole.
func Check(dir string) []*feeds.Problem {
	for again := true; ; again = false {
		log, texts, err := openFiles(dir)
		if errors.Is(err, errPair) && again { // replaced between the two
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return []*feeds.Problem{{Path: filepath.Join(dir, logFile), Message: err.Error()}}
		}
		defer log.Close()
		defer texts.Close()
		return check(dir, log, &textFile{texts, len(readHead(log)) > headSize})
	}
}

var errPair = errors.New("it and " + textsFile + " are not of one cache, or damaged: " + advice)

// advice is what to do about a damaged cache.
const advice = "the next start reads the articles' files again; nothing else is lost as long as the ledger is sound"

func openFiles(dir string) (log, texts *os.File, err error) {
	log, logErr := regular.Open(filepath.Join(dir, logFile))
	texts, textsErr := regular.Open(filepath.Join(dir, textsFile))
	switch {
	case logErr != nil && textsErr != nil:
		err = logErr
	case logErr != nil || textsErr != nil:
		err = errPair
	default:
		if one, two := readHead(log), readHead(texts); one == nil || !bytes.Equal(one, two) {
			err = errPair
		}
	}
	if err != nil {
		log.Close() // of nil, too
		texts.Close()
	}
	return log, texts, err
}

func check(dir string, log *os.File, texts *textFile) (problems []*feeds.Problem) {
	c := &Cache{log: log, texts: texts}
	if texts.old {
		c.oldHead = readHead(log)
	}
	end, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return []*feeds.Problem{{Path: filepath.Join(dir, logFile), Message: err.Error()}}
	}
	s := c.Use(&article.BodyStore{}, Fingerprint{})
	r := s.replay(log, end)
	if r.committed < end && r.broken {
		problems = append(problems, &feeds.Problem{Path: filepath.Join(dir, logFile), Message: fmt.Sprintf("damaged or cut short at byte %d of %d: what follows is not used; the articles in it are read from their files again", r.whole, end)})
	}
	r = s.replay(log, r.committed)
	for _, e := range r.Entries {
		if e.Article == nil {
			continue
		}
		at, _ := s.store.Place(e.Article)
		if _, err := s.Payload(at); err != nil {
			problems = append(problems, &feeds.Problem{Path: e.Path, Message: fmt.Sprintf("its text in %s is damaged: it is read from the article's file again", textsFile)})
		}
	}
	return problems
}
