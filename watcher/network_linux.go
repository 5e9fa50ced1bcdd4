package watcher

import "syscall"

// networks are the types of file systems, as in statfs(2), that other machines can
// change without an event here.
var networks = map[uint32]string{
	0x00006969: "nfs",
	0x0000517b: "smb",
	0xff534d42: "cifs",
	0xfe534d42: "smb2",
	0x65735546: "fuse", // also virtiofs, sshfs, the shared folders of containers
	0x01021997: "9p",
	0x00c36400: "ceph",
	0x5346414f: "afs",
	0x6b414653: "kafs",
	0x73757245: "coda",
	0x786f4256: "vboxsf",
	0xbacbacbc: "vmhgfs",
	0x0bd00bd0: "lustre",
	0x47504653: "gpfs",
	0x7461636f: "ocfs2",
	0x01161970: "gfs2",
	0x20030528: "orangefs",
}

func isNetwork(folder string) bool {
	var st syscall.Statfs_t
	return syscall.Statfs(folder, &st) == nil && networks[uint32(st.Type)] != ""
}
