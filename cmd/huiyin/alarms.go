package main

import (
	"errors"
	"net/netip"
	"net/url"

	"huiyin/notify/alarm"
)

// bell tells another program of missed limits and escalations; nil where no address is set.
func (p *parts) bell() (*alarm.Bell, error) {
	if p.Config.AlarmURL == "" {
		return nil, nil
	}
	return alarm.New(alarm.Settings{Pool: p.Pool, City: p.City, URL: p.Config.AlarmURL, Secret: []byte(p.Config.AlarmSecret), BaseURL: p.Config.BaseURL, Now: p.Config.Now(), Log: p.Log})
}

// alarmAddress reads where alarms go: https, or http on this machine.
func alarmAddress(to *string, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return errors.New("write an address such as https://duty.example.gov.cn/huiyin; http is for this machine only")
	}
	*to = v
	return nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// alarmSecret reads the shared secret of alarms.
func alarmSecret(to *string, v string) error {
	if len(v) < 32 || len(v) > 256 {
		return errors.New("write 32 to 256 characters that nobody guesses, such as what openssl rand -hex 32 prints")
	}
	*to = v
	return nil
}
