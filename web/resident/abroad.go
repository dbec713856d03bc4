package resident

import (
	"slices"

	"huiyin/casework"
)

// abroad names the city whose hotline has the case now; ok is false where it is with us.
func (v statusView) abroad() (city string, ok bool) {
	if v.Case.State != casework.Accepted {
		return "", false
	}
	for _, e := range slices.Backward(v.Events) {
		d := decode(e)
		switch {
		case e.Step == casework.StepHandOver:
			return d.City, true
		case e.Step == casework.StepRedo, e.Step == casework.StepAbroad && d.What == casework.AbroadBack:
			return "", false
		}
	}
	return "", false
}

// stands is where the case stands, as the last part of the keys of its words: the state, or "abroad" while another city's hotline has it.
func (v statusView) stands() string {
	if _, away := v.abroad(); away {
		return "abroad"
	}
	return string(v.Case.State)
}
