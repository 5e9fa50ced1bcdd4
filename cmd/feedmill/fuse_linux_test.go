package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// deadFolder is a folder in a file system of this process (FUSE) that answers as one on
// another machine does: until that is gone. Those who wait then can be killed, as with NFS.
type deadFolder struct {
	device int
	names  []string // of its files; the inode of a file is its index + 2, that of the folder 1
	files  map[string][]byte
	dead   atomic.Int32 // what is answered no more
	asked  atomic.Int32 // requests that got no answer
}

// What of a dead folder is answered no more.
const (
	nothingDead int32 = iota
	readsDead         // reading files
	allDead           // everything
)

// mountDead mounts files in an empty folder until the test ends. It skips the test where
// that is not allowed.
func mountDead(t *testing.T, dir string, files map[string][]byte) *deadFolder {
	t.Helper()
	device, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err == nil {
		err = unix.Mount("feedmill-test", dir, "fuse", 0, fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d", device, os.Getuid(), os.Getgid()))
	}
	if err != nil {
		t.Skipf("no file system can be mounted: %v", err)
	}
	f := &deadFolder{device: device, files: files}
	for name := range files {
		f.names = append(f.names, name)
	}
	slices.Sort(f.names)
	go f.serve()
	t.Cleanup(func() {
		unix.Unmount(dir, unix.MNT_DETACH)
		unix.Close(device) // which ends all that waits for an answer
	})
	return f
}

// Requests of the protocol that are answered, see linux/fuse.h.
const (
	fuseLookup, fuseGetattr, fuseOpen, fuseRead, fuseInit, fuseOpendir, fuseReaddir    = 1, 3, 14, 15, 26, 27, 28
	fuseForget, fuseRelease, fuseReleasedir, fuseFlush, fuseInterrupt, fuseBatchForget = 2, 18, 29, 25, 36, 42
)

func (f *deadFolder) serve() {
	buf := make([]byte, 1<<20)
	for {
		n, err := unix.Read(f.device, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		opcode, unique, node := binary.NativeEndian.Uint32(buf[4:]), binary.NativeEndian.Uint64(buf[8:]), binary.NativeEndian.Uint64(buf[16:])
		if opcode == fuseInterrupt { // somebody who waits is being killed
			unix.Write(f.device, pack(uint32(16), -int32(syscall.EINTR), binary.NativeEndian.Uint64(buf[40:])))
			continue
		}
		dead, harmless := f.dead.Load(), opcode == fuseInit || opcode == fuseFlush || opcode == fuseRelease || opcode == fuseReleasedir
		if opcode == fuseForget || opcode == fuseBatchForget {
			continue // which takes no answer
		}
		if dead == allDead && !harmless || dead == readsDead && opcode == fuseRead {
			f.asked.Add(1)
			continue
		}
		body, failed := f.answer(opcode, node, buf[40:n])
		answer := pack(uint32(16+len(body)), int32(-failed), unique)
		unix.Write(f.device, append(answer, body...))
	}
}

func pack(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		binary.Write(&b, binary.NativeEndian, v)
	}
	return b.Bytes()
}

// attributes is struct fuse_attr.
func (f *deadFolder) attributes(node uint64) []byte {
	mode, size := uint32(unix.S_IFDIR|0o755), 0
	if node > 1 {
		mode, size = unix.S_IFREG|0o644, len(f.files[f.names[node-2]])
	}
	const when = 1_600_000_000
	return pack(node, uint64(size), uint64(1), uint64(when), uint64(when), uint64(when), uint32(0), uint32(0), uint32(0), mode, uint32(1), uint32(0), uint32(0), uint32(0), uint32(4096), uint32(0))
}

func (f *deadFolder) answer(opcode uint32, node uint64, in []byte) (out []byte, failed syscall.Errno) {
	switch opcode {
	case fuseInit:
		return pack(uint32(7), uint32(31), uint32(0), uint32(0), uint16(12), uint16(10), uint32(1<<17), uint32(1), uint16(32), uint16(0), [8]uint32{}), 0
	case fuseLookup:
		i := slices.Index(f.names, string(bytes.TrimRight(in, "\x00")))
		if i < 0 {
			return nil, syscall.ENOENT
		}
		return append(pack(uint64(i+2), uint64(0), uint64(0), uint64(0), uint32(0), uint32(0)), f.attributes(uint64(i+2))...), 0
	case fuseGetattr:
		return append(pack(uint64(0), uint32(0), uint32(0)), f.attributes(node)...), 0
	case fuseOpen, fuseOpendir:
		return pack(uint64(0), uint32(1), uint32(0)), 0 // FOPEN_DIRECT_IO: nothing is read ahead or kept
	case fuseRead:
		return part(f.files[f.names[node-2]], in), 0
	case fuseReaddir:
		return part(f.entries(), in), 0
	case fuseRelease, fuseReleasedir:
		return nil, 0
	}
	return nil, syscall.ENOSYS
}

// part is what is read of data by a request with struct fuse_read_in.
func part(data, in []byte) []byte {
	from, size := binary.NativeEndian.Uint64(in[8:]), uint64(binary.NativeEndian.Uint32(in[16:]))
	from = min(from, uint64(len(data)))
	return data[from:min(from+size, uint64(len(data)))]
}

// entries is a struct fuse_dirent for each file.
func (f *deadFolder) entries() (all []byte) {
	for i, name := range f.names {
		length := 24 + (len(name)+7)/8*8
		entry := append(pack(uint64(i+2), uint64(len(all)+length), uint32(len(name)), uint32(8)), name...)
		all = append(all, append(entry, make([]byte, length-len(entry))...)...)
	}
	return all
}
