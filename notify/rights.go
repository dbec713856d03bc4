package notify

import (
	"context"
	"encoding/json"

	"huiyin/casework"
	"huiyin/locale"
)

// Letters about requests about the resident's own data: that it came and by when it is answered, that a second person looks at a deletion, and what was decided.
const (
	RightAsked    Kind = "right_asked"
	RightProposed Kind = "right_proposed"
	RightAnswered Kind = "right_answered"
)

// rightLetter tells which letter a step of a request about data causes. What a machine grants at once is told once.
func rightLetter(e casework.Event) (Kind, bool) {
	var d casework.LogRight
	if json.Unmarshal(e.Data, &d) != nil {
		return "", false
	}
	switch d.Do {
	case "asked":
		return RightAsked, d.Kind != casework.RightCopy && d.Kind != casework.RightWithdraw
	case "proposed":
		return RightProposed, true
	case "granted", "refused":
		return RightAnswered, true
	}
	return "", false
}

// request finds the request that a letter is about; nil where the letter is about none.
func (p *Post) request(ctx context.Context, l row) (*casework.RightRequest, error) {
	if l.Kind != RightAsked && l.Kind != RightProposed && l.Kind != RightAnswered {
		return nil, nil
	}
	var number string
	if err := p.Pool.QueryRow(ctx, `select data ->> 'request' from event where seq = $1`, l.Event).Scan(&number); err != nil {
		return nil, err
	}
	all, err := p.Docket.RightsOf(ctx, casework.System, l.Case)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Number == number {
			return &r, nil
		}
	}
	return nil, suppressed("undone")
}

// rightArgs adds what a letter about a request says of it.
func rightArgs(args locale.Args, lang locale.Lang, r *casework.RightRequest) {
	if r == nil {
		return
	}
	args["Request"], args["Right"], args["Answer"] = r.Number, lang.T("rights.kind_"+string(r.Kind)), lang.T("rights.state_"+string(r.State))
	args["Due"] = lang.Deadline(r.Due)
}
