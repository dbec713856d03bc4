//go:build !linux

package pg

import "syscall"

// ownNamespace makes the command fail to start, so that the next identity is tried: only Linux has user namespaces.
func ownNamespace(attr *syscall.SysProcAttr, _ int) { attr.Chroot = "/var/empty/no-namespaces" }

// dieWithParent does nothing where the kernel cannot.
func dieWithParent(*syscall.SysProcAttr) {}
