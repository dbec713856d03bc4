// Package migrations holds the database schema as numbered SQL files, from an empty database to the one this binary expects.
package migrations

import "embed"

// FS holds the files, named NNNNN_what.sql; package pg applies them in order and never edits one that was released.
//
//go:embed *.sql
var FS embed.FS

// Rights lists what the migrations withhold from the application's role, and the tables with row-level security; the file says how it is written.
//
//go:embed rights.txt
var Rights string
