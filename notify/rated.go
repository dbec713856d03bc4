package notify

import (
	"encoding/json"
	"slices"
	"strconv"

	"huiyin/casework"
	"huiyin/locale"
)

// saidOf is what an event tells of a rating.
type saidOf struct {
	Of           int                   `json:"of"`
	Solved       casework.Solved       `json:"solved"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
	Channel      casework.Channel      `json:"channel"`
}

// byLetter reports whether a rating came as the plain words of a letter: only then a letter says how it was understood.
func byLetter(e casework.Event) bool {
	var d saidOf
	return json.Unmarshal(e.Data, &d) == nil && d.Channel == casework.Email
}

// understood is how a rating by letter was read, where the letter is about one.
func understood(d casework.Dossier, l row) (saidOf, bool) {
	i := slices.IndexFunc(d.Events, func(e casework.Event) bool { return e.Seq == l.Event })
	if i < 0 || d.Events[i].Step != casework.StepRate && d.Events[i].Step != casework.StepRerate {
		return saidOf{}, false
	}
	var s saidOf
	err := json.Unmarshal(d.Events[i].Data, &s)
	return s, err == nil && s.Satisfaction >= 1 && s.Satisfaction <= 5
}

// text is the rating in words.
func (s saidOf) text(lang locale.Lang) string {
	level := lang.T("satisfaction." + strconv.Itoa(int(s.Satisfaction)))
	if s.Solved == "" {
		return level
	}
	return lang.T("solved."+string(s.Solved)) + lang.T("letter.comma") + level
}

// ratingBlocks ask for a rating: whether it is solved, how satisfied, or in plain words as an answer to the letter.
func (p *Post) ratingBlocks(lang locale.Lang, id casework.CaseID, round int) []block {
	rate := p.BaseURL + lang.Path("/rate/"+p.Docket.RatingLink(id, round))
	levels := block{Text: lang.T("letter.rate_level")}
	for _, n := range []string{"5", "4", "3", "2", "1"} {
		levels.Links = append(levels.Links, link{lang.T("satisfaction." + n), rate + "?level=" + n})
	}
	return []block{
		{Text: lang.T("letter.rate"), Links: []link{
			{lang.T("letter.solved_yes"), rate + "?solved=" + string(casework.SolvedYes)}, {lang.T("letter.solved_partly"), rate + "?solved=" + string(casework.SolvedPartly)}, {lang.T("letter.solved_no"), rate + "?solved=" + string(casework.SolvedNo)},
		}},
		levels,
	}
}

// ratedBlock says where a rating that was read wrongly is put right.
func (p *Post) ratedBlock(lang locale.Lang, id casework.CaseID, s saidOf) block {
	return block{Text: lang.T("letter.rated_wrong"), Links: []link{{lang.T("letter.rated_change"), p.BaseURL + lang.Path("/rate/"+p.Docket.RatingLink(id, s.Of)) + "?change=1"}}}
}
