package staff

import (
	"strings"
	"testing"

	"huiyin/fault"
)

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct {
		login, password, want string
	}{
		{"li.na", "harbour-lantern-42", ""},
		{"li.na", "four small words here", ""},
		{"li.na", "春眠不觉晓处处闻啼鸟夜来", ""},
		{"li.na", "elevenchars", "fault.password_short"},
		{"li.na", "春眠不觉晓", "fault.password_short"},
		{"li.na", "\xff\xfe not text at all", "fault.password_short"},
		{"li.na", strings.Repeat("abcdefgh ", 40), "fault.password_long"},
		{"li.na", "aaaaaaaaaaaaaa", "fault.password_common"},
		{"li.na", "abcdeabcdeabcde", "fault.password_common"},
		{"li.na", "Password123456!", "fault.password_common"},
		{"li.na", "!!Admin@12345678", "fault.password_common"},
		{"li.na", "1Q2W3E4R5T6Y", "fault.password_common"},
		{"li.na", "123456789012", "fault.password_common"},
		{"li.na", "Li.Na-20261122", "fault.password_common"},
	} {
		err := CheckPassword(c.login, c.password)
		got := ""
		if err != nil {
			got = fault.KeyOf(err)
			if fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), c.password) {
				t.Errorf("%q: %v", c.password, err)
			}
		}
		if got != c.want {
			t.Errorf("CheckPassword(%q) = %q, want %q", c.password, got, c.want)
		}
	}
}

func TestMadePasswordsAreGoodAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := NewPassword()
		if err := CheckPassword("", p); err != nil || len(p) != 23 || seen[p] || strings.ContainsAny(p, "01loi") {
			t.Fatalf("%q: %v", p, err)
		}
		seen[p] = true
	}
}
