// Package looktest looks at every page in a browser: in each mode and language nothing may be too small, too wide, too heavy or hard to read.
package looktest
