package document

import "sync"

// background makes codings that no request waits for, one at a time, so that it
// takes a single core at most.
var background compressor

// compressor is a bounded queue. Its goroutine ends when the queue is empty, and
// never takes part in anything but compressing.
type compressor struct {
	mu      sync.Mutex
	queue   []job
	working bool
}

type job struct {
	body *Body
	to   Coding
}

// maxQueue bounds the bodies that the queue holds in memory.
const maxQueue = 64

// add queues j. If the queue is full, j is not done; the next request for the coding
// tries again.
func (c *compressor) add(j job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == maxQueue {
		j.body.coded[j.to].queued.Store(false)
		return
	}
	c.queue = append(c.queue, j)
	if !c.working {
		c.working = true
		go c.work()
	}
}

func (c *compressor) work() {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 {
			c.queue, c.working = nil, false
			c.mu.Unlock()
			return
		}
		j := c.queue[0]
		c.queue = c.queue[1:]
		c.mu.Unlock()
		j.body.In(j.to)
	}
}
