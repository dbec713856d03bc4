package resident

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/web/shell"
)

// text is a page of plain words; its members are message keys.
type text struct {
	title, lead string
	sections    []section
}

// section is one heading with paragraphs, a list and a table below it, each only where given.
type section struct {
	id     string // anchor
	title  string
	paras  []string
	list   []string
	heads  []string
	rows   [][]string
	after  []string
	caller bool // the phone number in large figures
}

func article(t text) fiber.Handler {
	return func(c *fiber.Ctx) error {
		page := shell.NewPage(c, shell.Lang(c).T(t.title))
		page.Summary = page.T(t.lead, words(page))
		return shell.Render(c, fiber.StatusOK, articlePage(page, t))
	}
}

// words are the values that the texts of these pages may fill in.
func words(p shell.Page) locale.Args {
	mailbox := p.City.Mailbox
	if mailbox == "" {
		mailbox = shell.Phone
	}
	return locale.Args{"City": p.City.Name(p.Lang), "Mailbox": mailbox}
}

func (s section) grid(p shell.Page) shell.Grid {
	g := shell.Grid{Caption: p.T(s.title), Hidden: true}
	for _, h := range s.heads {
		g.Columns = append(g.Columns, shell.Column{Title: p.T(h)})
	}
	for _, row := range s.rows {
		cells := make([]shell.Cell, len(row))
		for i, key := range row {
			cells[i] = shell.Cell{Text: p.T(key, words(p))}
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}

var help = text{
	title: "help.title", lead: "help.lead",
	sections: []section{
		{id: "how", title: "help.how", list: []string{"help.how1", "help.how2", "help.how3", "help.how4"}},
		{id: "good", title: "help.good", paras: []string{"help.good_text"}, list: []string{"help.good1", "help.good2", "help.good3"}, after: []string{"help.good_not"}},
		{id: "code", title: "help.code", paras: []string{"help.code1", "help.code2"}},
		{id: "when", title: "help.when", paras: []string{"help.when_text"}, heads: []string{"help.when_kind", "help.when_days"}, rows: [][]string{
			{"help.kind_consultation", "help.days3"}, {"help.kind_complaint", "help.days5"}, {"help.kind_suggestion", "help.days10"}, {"help.kind_report", "help.days15"},
		}, after: []string{"help.when_more", "help.when_late"}},
		{id: "again", title: "help.again", paras: []string{"help.again1", "help.again2"}},
		{id: "not", title: "help.not", paras: []string{"help.not_text"}, list: []string{"help.not1", "help.not2", "help.not3", "help.not4"}, after: []string{"help.not_after"}},
		{id: "words", title: "help.words", heads: []string{"help.word", "help.meaning"}, rows: [][]string{
			{"help.w_accept", "help.m_accept"}, {"help.w_dispatch", "help.m_dispatch"}, {"help.w_sign", "help.m_sign"}, {"help.w_reply", "help.m_reply"}, {"help.w_followup", "help.m_followup"}, {"help.w_redo", "help.m_redo"}, {"help.w_close", "help.m_close"},
		}},
	},
}

var privacy = text{
	title: "privacy.title", lead: "privacy.lead",
	sections: []section{
		{id: "who", title: "privacy.who", paras: []string{"privacy.who1", "privacy.who2"}},
		{id: "what", title: "privacy.what", paras: []string{"privacy.what_text"}, heads: []string{"privacy.h_what", "privacy.h_why", "privacy.h_need"}, rows: [][]string{
			{"privacy.r_text", "privacy.r_text_why", "privacy.required"},
			{"privacy.r_place", "privacy.r_place_why", "privacy.voluntary"},
			{"privacy.r_name", "privacy.r_name_why", "privacy.voluntary"},
			{"privacy.r_phone", "privacy.r_phone_why", "privacy.voluntary"},
			{"privacy.r_mail", "privacy.r_mail_why", "privacy.r_mail_need"},
			{"privacy.r_files", "privacy.r_files_why", "privacy.voluntary"},
		}, after: []string{"privacy.what_not", "privacy.what_child"}},
		{id: "basis", title: "privacy.basis", paras: []string{"privacy.basis1", "privacy.basis2"}},
		{id: "see", title: "privacy.see", list: []string{"privacy.see1", "privacy.see2", "privacy.see3", "privacy.see4"}},
		{id: "public", title: "privacy.public", paras: []string{"privacy.public1", "privacy.public2"}},
		{id: "machine", title: "privacy.machine", paras: []string{"privacy.machine1", "privacy.machine2"}},
		{id: "keep", title: "privacy.keep", heads: []string{"privacy.h_what", "privacy.h_keep"}, rows: [][]string{
			{"privacy.k_identity", "privacy.k_identity_time"}, {"privacy.k_text", "privacy.k_text_time"}, {"privacy.k_log", "privacy.k_log_time"}, {"privacy.k_cookie", "privacy.k_cookie_time"},
		}, after: []string{"privacy.keep_how"}},
		{id: "safe", title: "privacy.safe", list: []string{"privacy.safe1", "privacy.safe2", "privacy.safe3", "privacy.safe4"}},
		{id: "rights", title: "privacy.rights", paras: []string{"privacy.rights_text"}, list: []string{"privacy.right1", "privacy.right2", "privacy.right3", "privacy.right4", "privacy.right5"}, after: []string{"privacy.rights_how", "privacy.rights_no"}},
		{id: "changes", title: "privacy.changes", paras: []string{"privacy.changes_text"}},
	},
}

var accessibility = text{
	title: "accessibility.title", lead: "accessibility.lead",
	sections: []section{
		{id: "can", title: "accessibility.can", list: []string{"accessibility.can1", "accessibility.can2", "accessibility.can3", "accessibility.can4", "accessibility.can5", "accessibility.can6"}},
		{id: "standard", title: "accessibility.standard", paras: []string{"accessibility.standard_text"}},
		{id: "gaps", title: "accessibility.gaps", list: []string{"accessibility.gap1", "accessibility.gap2", "accessibility.gap3"}},
		{id: "other", title: "accessibility.other", paras: []string{"accessibility.other_text"}, caller: true},
	},
}

var contact = text{
	title: "contact.title", lead: "contact.lead",
	sections: []section{
		{id: "phone", title: "contact.phone", caller: true, paras: []string{"contact.phone_text"}},
		{id: "mail", title: "contact.mail", paras: []string{"contact.mail_text"}},
		{id: "danger", title: "contact.danger", list: []string{"contact.danger1", "contact.danger2", "contact.danger3", "contact.danger4"}},
		{id: "data", title: "contact.data", paras: []string{"contact.data_text"}},
		{id: "us", title: "contact.us", paras: []string{"contact.us_text"}},
	},
}
