package articlecache

import (
	"io"
)

// Files returns the files of a cache as they were last committed, by name: what they
// return stays as it is while the cache goes on, until Close. There are none of a cache
// without a name on disk, or before the first commit.
func (c *Cache) Files() map[string]*io.SectionReader {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" || c.disabled != nil || c.committed <= c.start() || c.log == nil {
		return nil
	}
	return map[string]*io.SectionReader{ // of what is written nothing is changed, and a compaction makes other files
		logFile:   io.NewSectionReader(c.log, 0, c.committed),
		textsFile: io.NewSectionReader(c.texts, 0, c.textsEnd),
	}
}

// FileNames are the names of a cache's files in its folder.
func FileNames() []string { return []string{textsFile, logFile} }
