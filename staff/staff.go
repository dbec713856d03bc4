// Package staff knows who works here and what each may do.
package staff

import (
	"slices"
	"time"

	"github.com/alexedwards/argon2id"

	"huiyin/casework"
	"huiyin/pg"
)

// Register is the staff register: accounts, sessions and the guard of the sign-in. It is safe for concurrent use.
type Register struct {
	Now func() time.Time // the clock; time.Now unless a test moves it

	db      pg.DB
	params  *argon2id.Params
	decoy   string        // a hash nobody's password has, so that an unknown login takes as long as a known one
	hashing chan struct{} // a place for each password hash that may run at once
}

// hashMemory and hashRounds cost about a tenth of a second on one core; OWASP asks for at least 19 MiB and two rounds.
const (
	hashMemory  = 46 * 1024 // KiB
	hashRounds  = 2
	hashesAtOne = 2 // so that a burst of sign-ins takes neither all memory nor all cores
)

// New returns the register that stands in db.
func New(db pg.DB) *Register {
	return newRegister(db, &argon2id.Params{Memory: hashMemory, Iterations: hashRounds, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

func newRegister(db pg.DB, p *argon2id.Params) *Register {
	return &Register{Now: time.Now, db: db, params: p, decoy: decoyHash(p), hashing: make(chan struct{}, hashesAtOne)}
}

// Account is a person who works here.
type Account struct {
	ID         int64
	Login      string // lower case
	Name       string
	Unit       casework.UnitCode
	Roles      []casework.Role
	MustChange bool // the password was given by somebody else: ask for a new one first
	CreatedAt  time.Time
	LastSeenAt *time.Time // nil: never signed in
	DisabledAt *time.Time // nil: may sign in

	below []casework.UnitCode // its unit and those below, as BySession found them with it; nil where nothing was found
}

// Has tells whether the account holds a role.
func (a Account) Has(role casework.Role) bool {
	return slices.Contains(a.Roles, role)
}
