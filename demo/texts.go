package demo

// Texts are what the invented residents write: titles and bodies of the stories, with names of places left open as "{place}".
func Texts() ([]string, error) {
	all, err := stories()
	var texts []string
	for _, s := range all {
		texts = append(texts, s.Title+"\n"+s.Body)
	}
	return texts, err
}
