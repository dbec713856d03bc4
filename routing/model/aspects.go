package model

import (
	"context"
	"fmt"
)

// Aspect is one more thing that is told of a text beside the label, such as the kind or the category.
type Aspect struct {
	Name  string
	Model *Model
}

// Attach learns one more aspect of the same texts and keeps it with the model and on its card. Examples without a value of it are left out.
// Errors are those of Learn; ErrTooFew where there is too little, or nothing to tell apart.
func (m *Model) Attach(ctx context.Context, card *Card, name string, examples []Example, plan Plan, say func(stage string)) error {
	var of []Example
	values := map[string]bool{}
	for _, e := range examples {
		if e.Label != "" {
			of = append(of, e)
			values[e.Label] = true
		}
	}
	if len(values) < 2 {
		return fmt.Errorf("%w of %s: all are the same", ErrTooFew, name)
	}
	plan.Also, plan.Aside, plan.Nets = nil, nil, 0
	one, itsCard, err := Learn(ctx, of, plan, func(stage string) { say(name + ": " + stage) })
	if err != nil {
		return err
	}
	m.Aspects = append(m.Aspects, Aspect{name, one})
	if card.Aspects == nil {
		card.Aspects = map[string]Card{}
	}
	card.Aspects[name] = itsCard
	return nil
}
