//go:build !linux

package main

// forgetProgram is left to the system where it is not Linux.
func forgetProgram() {}
