package shell

import "github.com/a-h/templ"

func describe(p Page, f Field) templ.Attributes {
	if by := f.describedBy(p); by != "" {
		return templ.Attributes{"aria-describedby": by}
	}
	return nil
}

func describeChoice(f Field, i int, c Choice) templ.Attributes {
	if c.Hint == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": f.choiceID(i) + "-item-hint"}
}
