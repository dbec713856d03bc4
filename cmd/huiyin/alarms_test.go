package main

import (
	"strings"
	"testing"
)

func TestAlarmSettings(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	for _, v := range []struct {
		url, secret string
		ok          bool
	}{
		{"", "", true}, {"https://duty.example.gov.cn/hook?x=1", secret, true}, {"http://127.0.0.1:9/x", secret, true}, {"http://[::1]:9/x", secret, true}, {"http://localhost:9", secret, true},
		{"http://duty.example.gov.cn/", secret, false}, {"https://", secret, false}, {"https://u:p@duty.example", secret, false}, {"ftp://duty.example", secret, false},
		{"https://duty.example", "", false}, {"", secret, false}, {"https://duty.example", "short", false},
	} {
		c, err := Load(func(name string) (string, bool) {
			switch name {
			case "HUIYIN_ALARM_URL":
				return v.url, true
			case "HUIYIN_ALARM_SECRET":
				return v.secret, true
			}
			return "", false
		})
		if (err == nil) != v.ok || v.ok && (c.AlarmURL != v.url || c.AlarmSecret != v.secret) {
			t.Errorf("%q %q: %v", v.url, v.secret, err)
		}
		if err != nil && v.secret != "" && strings.Contains(err.Error(), v.secret) {
			t.Errorf("the secret is told: %v", err)
		}
	}
}
