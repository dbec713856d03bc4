package intake

import "runtime"

// turns lets so many submissions be prepared at once that a processor stays free for what has been prepared: as many as there are processors but one. Preparing
// is nothing but thinking; where every processor thinks, nobody looks whether the database has answered, and it waits with nothing to do until the last has thought.
type turns chan struct{}

func newTurns() turns { return make(turns, max(1, runtime.GOMAXPROCS(0)-1)) }

// take waits for a turn; give ends it.
func (t turns) take() { t <- struct{}{} }
func (t turns) give() { <-t }
