package knowledge

import "strings"

// whole is all that a reader sees of a version in one language, as one text to be compared.
func (c Content) whole(title string, asked []string, body, basis string) string {
	parts := []string{title, strings.Join(asked, "\n"), body, basis, c.Link, c.ValidFrom.Format("2006-01-02")}
	if c.ExpiresOn != nil {
		parts = append(parts, c.ExpiresOn.Format("2006-01-02"))
	}
	return strings.Join(parts, "\n") + "\n"
}

// Whole is what a version says in Chinese and in English, each as one text to be compared.
func (c Content) Whole() (zh, en string) {
	return c.whole(c.Title.ZH, c.Asked.ZH, c.Body.ZH, c.Basis.ZH), c.whole(c.Title.EN, c.Asked.EN, c.Body.EN, c.Basis.EN)
}
