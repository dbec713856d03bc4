package shell

import (
	"strings"

	"huiyin/locale"
)

// StageName names what was said of a limit, such as urge or remind_50; a share of the limit stands behind the last underscore.
func StageName(lang locale.Lang, stage string) string {
	if at := strings.LastIndexByte(stage, '_'); at > 0 && !lang.Has("stage."+stage) {
		return lang.T("stage."+stage[:at], locale.Args{"Share": stage[at+1:]})
	}
	return lang.T("stage." + stage)
}
