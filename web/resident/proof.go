package resident

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/translog"
	"huiyin/translog/form"
	"huiyin/web/shell"
)

// proofView is what the public log holds of one case, for its resident.
type proofView struct {
	translog.Evidence
	Erased bool
	Steps  []shell.Happening
	Uses   []shell.Happening // of the resident's data
	Notes  []shell.Happening // what else stands in the log beside the steps
}

// showProof shows each step of the case with its place in the public log; the browser checks it again.
func (x *Pages) showProof(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	page := x.page(c, "proof.title", "track")
	page.Back, page.Script = page.Href("/t"), "ledger.ts"
	var out proofView
	out.Evidence, err = x.evidence(c, v.Case.ID)
	switch fault.KindOf(err) {
	case fault.NotFound:
		err = nil // the log is empty
	case fault.Gone:
		out.Erased, err = true, nil
	}
	if err != nil {
		return err
	}
	reads := map[string]shell.Happening{} // the steps that stand beside a use, by its time and unit
	entries := map[string]string{}        // and in which entry of the log
	for _, s := range out.Evidence.Steps {
		var step form.Step
		if err := json.Unmarshal([]byte(s.Payload), &step); err != nil {
			return fault.Wrap(fault.Internal, "fault.internal", err)
		}
		at, err := time.Parse(time.RFC3339Nano, step.At)
		if err != nil {
			return fault.Wrap(fault.Internal, "fault.internal", err)
		}
		if step.Step == string(casework.StepUse) {
			key := useKey(at, casework.UnitCode(step.Unit))
			reads[key] = shell.Happening{Title: page.T("step." + step.Step), At: at, Who: x.unitName(page.Lang, casework.UnitCode(step.Unit)), Text: entry(page, s.Index)}
			entries[key] = page.Lang.Number(int(s.Index))
			continue
		}
		who := x.unitName(page.Lang, casework.UnitCode(step.Unit))
		if step.Role == string(casework.ResidentRole) {
			who = page.T("story.you")
		}
		out.Steps = append(out.Steps, shell.Happening{Title: page.T("step." + step.Step), At: at, Who: who, Text: entry(page, s.Index)})
	}
	for _, r := range out.Evidence.Records {
		use, err := readRecord(r)
		if err != nil {
			return err
		}
		h := shell.Happening{Title: upperFirst(page.T(use.action())), At: use.at, Who: x.unitName(page.Lang, use.Body.Unit), Text: entry(page, r.Index)}
		if !use.reads() {
			out.Notes = append(out.Notes, h)
			continue
		}
		if key := useKey(use.at, use.Body.Unit); entries[key] != "" {
			h.Text = page.T("proof.both", locale.Args{"Step": entries[key], "Index": page.Lang.Number(int(r.Index))})
			delete(reads, key)
		}
		out.Uses = append(out.Uses, h)
	}
	out.Uses = slices.AppendSeq(out.Uses, maps.Values(reads)) // those whose use is not in the log yet
	inOrder(out.Steps)
	inOrder(out.Uses)
	return shell.Render(c, fiber.StatusOK, proofPage(page, out))
}

// entry says in which entry of the log something stands.
func entry(p shell.Page, index int64) string {
	return p.T("proof.step", locale.Args{"Index": p.Lang.Number(int(index))})
}

// inOrder puts what happened in the order of its time: the log has it in the order in which it was entered.
func inOrder(list []shell.Happening) {
	slices.SortStableFunc(list, func(a, b shell.Happening) int { return a.At.Compare(b.At) })
}

// logged is a use of the resident's data, or a note, as the log holds it.
type logged struct {
	Source string `json:"source"`
	Body   struct {
		At      string            `json:"at"`
		Unit    casework.UnitCode `json:"unit"`
		Purpose casework.Purpose  `json:"purpose"`
	} `json:"body"`
	at time.Time
}

func readRecord(o translog.Opening) (logged, error) {
	var r logged
	if err := json.Unmarshal([]byte(o.Payload), &r); err != nil {
		return r, fault.Wrap(fault.Internal, "fault.internal", err)
	}
	if r.Body.At == "" {
		return r, nil
	}
	var err error
	if r.at, err = time.Parse(time.RFC3339Nano, r.Body.At); err != nil {
		return r, fault.Wrap(fault.Internal, "fault.internal", err)
	}
	return r, nil
}

// reads reports whether the record says that somebody, or the system, used personal data.
func (r logged) reads() bool {
	return slices.Contains([]string{"data_use", "lookup_use", "mail_use", "call_use"}, r.Source)
}

// action is the locale key of what the record says was done.
func (r logged) action() string {
	switch r.Source {
	case "data_use":
		return datause.ActionNames[r.Body.Purpose]
	case "lookup_use":
		return "datause.did_lookup"
	case "mail_use":
		return "datause.did_mail"
	case "call_use":
		return "datause.did_call"
	case "withheld":
		return "proof.withheld"
	}
	return "proof.other"
}

// entries tells in which entry of the log each use stands, by its time and unit.
func (x *Pages) entries(c *fiber.Ctx, id casework.CaseID) map[string]int64 {
	found := map[string]int64{}
	e, err := x.evidence(c, id)
	if err != nil {
		return found // the page about the proof says why
	}
	for _, o := range e.Records {
		if r, err := readRecord(o); err == nil {
			found[useKey(r.at, r.Body.Unit)] = o.Index
		}
	}
	return found
}

func useKey(at time.Time, unit casework.UnitCode) string { return form.Moment(at) + " " + string(unit) }

func (x *Pages) evidence(c *fiber.Ctx, id casework.CaseID) (translog.Evidence, error) {
	if x.Log == nil {
		return translog.Evidence{}, fault.New(fault.NotFound, "fault.log_empty")
	}
	return x.Log.Evidence(c.UserContext(), x.Docket, casework.Resident(id), id)
}

// proofJSON is the same for programs: the resident's receipt.
func (x *Pages) proofJSON(c *fiber.Ctx) error {
	id, open := x.opened(c)
	if !open {
		return fault.New(fault.NotFound, "fault.no_such_case")
	}
	e, err := x.evidence(c, id)
	if err != nil {
		return err
	}
	return c.JSON(e)
}
