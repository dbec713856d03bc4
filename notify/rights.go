package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/locale"
)

// Letters about requests about the resident's own data: that it came and by when it is answered, that a second person looks at a deletion, that it takes longer or is late, and what was decided.
const (
	RightAsked    Kind = "right_asked"
	RightProposed Kind = "right_proposed"
	RightAnswered Kind = "right_answered"
	RightExtended Kind = "right_extended" // it takes longer, why, and until when
	RightExcused  Kind = "right_excused"  // the same, of one whose limit has passed
	RightLate     Kind = "right_late"     // its limit has passed without an answer
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
	case "extended":
		return RightExtended, true
	case "excused":
		return RightExcused, true
	case "late":
		return RightLate, true
	}
	return "", false
}

// request finds the request that a letter is about; nil where the letter is about none.
func (p *Post) request(ctx context.Context, l row) (*casework.RightRequest, error) {
	switch l.Kind {
	case RightAsked, RightProposed, RightAnswered, RightExtended, RightExcused, RightLate:
	default:
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
		if r.Number != number {
			continue
		}
		if (l.Kind == RightLate || l.Kind == RightExtended || l.Kind == RightExcused) && !r.Open() || l.Kind == RightLate && r.DelayedAt != nil && r.FirstDue == nil {
			return nil, suppressed("done") // what says more is under way
		}
		return &r, nil
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
	if r.FirstDue != nil {
		args["First"] = lang.Deadline(*r.FirstDue)
	}
	if r.Expected != nil {
		args["Until"] = lang.Deadline(*r.Expected)
	}
}

// RightNotice is the letter to the privacy officer that a request about data is due soon, or late: of each it goes once.
func RightNotice(id uuid.UUID, number string, kind casework.RightKind, due time.Time, late bool, to string) Notice {
	key, subject, text := "right/"+number+"/"+due.UTC().Format(time.DateOnly)+"/soon", "letter.subject_right_soon", "letter.right_soon"
	if late {
		key, subject, text = "right/"+number+"/late", "letter.subject_right_over", "letter.right_over"
	}
	args := func(lang locale.Lang) locale.Args {
		return locale.Args{"Request": number, "Right": lang.T("rights.kind_" + string(kind)), "Due": lang.Deadline(due)}
	}
	lang, other := locale.ZH, locale.EN
	return Notice{Key: key, To: []string{to}, Title: lang.T(subject, args(lang)), Text: lang.T(text, args(lang)), Other: other.T(text, args(other)), Open: lang.T("letter.right_open"), Link: "/admin/rights/" + id.String()}
}
