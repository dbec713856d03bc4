package pg

import (
	"os"
	"syscall"
)

// ownNamespace makes us appear as the user uid to the command, which stays what we are to everything outside.
func ownNamespace(attr *syscall.SysProcAttr, uid int) {
	attr.Cloneflags = syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getegid(), Size: 1}}
}

// dieWithParent makes the kernel end the command when the thread that started it ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
