package main

import "runtime/debug"

// rest gives back what only the start needed: the garbage of everything that was read once, and the pages of the program itself that ran once.
func rest() {
	debug.FreeOSMemory()
	forgetProgram()
}
