package locale

import "strings"

// Stage names what was said of a limit, such as urge or remind_50; a share of the limit stands behind the last underscore. Nothing said is the empty text.
func (l Lang) Stage(name string) string {
	if name == "" {
		return ""
	}
	if at := strings.LastIndexByte(name, '_'); at > 0 && !l.Has("stage."+name) {
		return l.T("stage."+name[:at], Args{"Share": name[at+1:]})
	}
	return l.T("stage." + name)
}
