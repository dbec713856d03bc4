package codes

// Reading gives every code, of whatever version, the code that it counts under in one version. The zero Reading leaves codes as they were filed.
type Reading struct {
	sets    *Sets
	version int
	parent  func(set Set, code string) string
}

// Under is the reading by a version; the empty name is the newest. parent gives the code above one in force, empty at the top. ok is false for a version
// that is none.
func (s *Sets) Under(version string, parent func(set Set, code string) string) (r Reading, ok bool) {
	if s == nil || len(s.versions) == 0 {
		return Reading{}, version == ""
	}
	if version == "" {
		return Reading{s, len(s.versions) - 1, parent}, true
	}
	for i, v := range s.versions {
		if v.Name == version {
			return Reading{s, i, parent}, true
		}
	}
	return Reading{}, false
}

// Plain reports whether every code counts as it was filed, so that nothing needs to be looked up.
func (r Reading) Plain() bool {
	if r.sets == nil {
		return true
	}
	for _, set := range All {
		if len(r.sets.born[set])+len(r.sets.ended[set]) > 0 {
			return false
		}
	}
	return true
}

// Version is the name of the version read by; empty for the zero Reading.
func (r Reading) Version() string {
	if r.sets == nil {
		return ""
	}
	return r.sets.versions[r.version].Name
}

// Code is what a code of any version counts under in this one: itself where it holds, its successor or predecessor where that is one, and where a code became
// several or several became it, what is above all of them. No share is guessed: what cannot be told apart is counted one level higher.
// Empty is left empty.
func (r Reading) Code(set Set, code string) string {
	if r.sets == nil {
		return code
	}
	for range 2 * len(r.sets.versions) * depth { // each turn brings the code nearer to the version, or one level up
		if code == "" {
			return ""
		}
		if end, gone := r.sets.ended[set][code]; gone && end <= r.version {
			code = r.follow(set, code, r.sets.by[set][code].To)
			continue
		}
		if born, late := r.sets.born[set][code]; late && born > r.version {
			code = r.follow(set, code, r.sets.into[set][code].From)
			continue
		}
		return code
	}
	return ""
}

// depth is how many levels a code set has at most.
const depth = 8

// follow goes from a code to what stands in its place: the one, or what is above all of several; of none, what is above the code.
func (r Reading) follow(set Set, code string, to []string) string {
	switch len(to) {
	case 0:
		return r.above(set, code)
	case 1:
		return to[0]
	}
	for up := r.above(set, to[0]); up != ""; up = r.above(set, up) {
		if r.holds(set, up, to[1:]) {
			return up
		}
	}
	return ""
}

// holds reports whether a code is above each of others.
func (r Reading) holds(set Set, code string, others []string) bool {
	for _, one := range others {
		up := r.above(set, one)
		for range depth {
			if up == code || up == "" {
				break
			}
			up = r.above(set, up)
		}
		if up != code {
			return false
		}
	}
	return true
}

// above is the code above one, whether it is in force or has ended.
func (r Reading) above(set Set, code string) string {
	if old, ok := r.sets.retired[set][code]; ok {
		return old.Parent
	}
	if r.parent == nil {
		return ""
	}
	return r.parent(set, code)
}
