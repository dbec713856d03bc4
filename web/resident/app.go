package resident

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/web/assets"
	"huiyin/web/shell"
)

// keptFiles and keptPages are what a device keeps for the time without a network.
var (
	keptFiles = []string{"app.css", "app.ts", "outbox.ts", "icon.svg"}
	keptPages = []string{"/", "/report/offline", "/offline"}
)

// serviceWorker is the script that keeps the form on a device. Before its text stand the lists of what it keeps, under a name of their content: a new
// build of any file is a new script, and browsers take it up by themselves.
func serviceWorker(c *fiber.Ctx) error {
	file, ok := assets.Find(assets.Name("sw.ts"))
	if !ok {
		return fiber.ErrNotFound
	}
	var files, pages []string
	for _, f := range keptFiles {
		files = append(files, assets.URL(f))
	}
	for _, lang := range locale.Langs() {
		for _, p := range keptPages {
			pages = append(pages, lang.Path(p))
		}
	}
	lists, err := json.Marshal([][]string{files, pages})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append(lists, file.Body...))
	head := "const [files,pages]=" + string(lists) + ",kept=\"huiyin-" + hex.EncodeToString(sum[:6]) + "\";\n"
	c.Set(fiber.HeaderContentType, "text/javascript; charset=utf-8")
	return c.Send(append([]byte(head), file.Body...))
}

// appManifest is the web app manifest, by which a phone puts the service on its home screen.
type appManifest struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	ShortName  string    `json:"short_name"`
	Lang       string    `json:"lang"`
	Start      string    `json:"start_url"`
	Scope      string    `json:"scope"`
	Display    string    `json:"display"`
	Background string    `json:"background_color"`
	Theme      string    `json:"theme_color"`
	Icons      []appIcon `json:"icons"`
	Shortcuts  []appLink `json:"shortcuts"`
}

type appIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type appLink struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func manifest(c *fiber.Ctx) error {
	lang := shell.Lang(c)
	page := shell.NewPage(c, "")
	png := func(source, sizes, purpose string) appIcon {
		return appIcon{Src: assets.URL(source), Sizes: sizes, Type: "image/png", Purpose: purpose}
	}
	body, err := json.Marshal(appManifest{
		ID: lang.Path("/"), Name: lang.T("app.name", locale.Args{"City": page.City.Name(lang)}), ShortName: lang.T("app.short"), Lang: string(lang), Start: lang.Path("/"), Scope: "/",
		Display: "standalone", Background: "#ffffff", Theme: "#0d3b45",
		Icons:     []appIcon{png("icon-192.png", "192x192", "any"), png("icon-512.png", "512x512", "any"), png("icon-512.png", "512x512", "maskable")},
		Shortcuts: []appLink{{lang.T("home.report"), lang.Path("/report")}, {lang.T("home.track"), lang.Path("/t")}},
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/manifest+json; charset=utf-8")
	return c.Send(body)
}
