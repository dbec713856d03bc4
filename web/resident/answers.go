package resident

import (
	"context"

	"huiyin/knowledge"
	"huiyin/routing"
)

// answersMost is how many articles are offered before a matter is filed.
const answersMost = 3

// answers looks for articles that may answer what is being filed. Nothing is offered in danger and to who reports wrongdoing: nobody is to be held up there.
func (x *Pages) answers(ctx context.Context, d draft) ([]knowledge.Found, error) {
	if x.Answers == nil || d.Text == "" {
		return nil, nil
	}
	p := routing.Propose(x.City, routing.Input{Text: d.Text, At: x.Now()})
	if p.Emergency.Number != "" || p.Secret {
		return nil, nil
	}
	return x.Answers.Find(ctx, knowledge.Query{Text: d.Text, Least: knowledge.Offered, Limit: answersMost})
}
