package console

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/web/shell"
)

// chord is one line of the list of keys.
type chord struct{ Keys, Does string }

// showKeys lists the keys, so that nobody must remember them.
func (x *Pages) showKeys(c *fiber.Ctx) error {
	page := shell.NewPage(c, shell.Lang(c).T("console.keys"))
	page.Section, page.Back = "queue", "/console"
	return shell.Render(c, fiber.StatusOK, keysPage(page, []chord{
		{"Ctrl+Enter", page.T("console.key_main")},
		{"Alt+1 … Alt+5", page.T("console.key_choose")},
		{"F4", page.T("console.key_find")},
		{"Enter", page.T("console.key_first")},
		{"Alt+S", page.T("console.key_advice")},
		{"?", page.T("console.key_list")},
		{"Alt+C", page.T("call.key_check")},
		{shortcutUndo, page.T("call.key_undo")},
		{"Alt+J / Alt+K", page.T("console.key_walk")},
	}))
}
