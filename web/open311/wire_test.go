package open311

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// FuzzEncode: whatever words a request holds, the answer is XML and JSON that every client can read, with the words in it.
func FuzzEncode(f *testing.F) {
	f.Add("路灯不亮 <b>&amp;</b> ]]>", "a\x00b\x1f", int64(0))
	f.Add("\xff\xfe", "\u2028\"'", int64(1795000000))
	f.Fuzz(func(t *testing.T, notes, address string, at int64) {
		when := time.Unix(at%(1<<36), 0).UTC()
		r := request{ID: "n", Status: statusOpen, StatusNotes: text(notes), Address: text(address), Requested: instant(when)}
		for _, form := range []string{formatXML, formatJSON} {
			b, err := encode(list("service_requests", "request", []request{r}), form)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Request []struct {
					ID      string `xml:"service_request_id"`
					Notes   string `xml:"status_notes"`
					Address string `xml:"address"`
				} `xml:"request"`
			}
			if form == formatJSON {
				var list []struct {
					ID    string  `json:"service_request_id"`
					Notes *string `json:"status_notes"`
				}
				if err := json.Unmarshal(b, &list); err != nil || len(list) != 1 || list[0].ID != "n" || (list[0].Notes == nil) != (notes == "") {
					t.Errorf("%v in %s", err, b)
				}
				continue
			}
			if err := xml.Unmarshal(b, &got); err != nil || len(got.Request) != 1 || got.Request[0].ID != "n" {
				t.Fatalf("%v in %s", err, b)
			}
			if want := plain(notes); want == notes && got.Request[0].Notes != notes {
				t.Errorf("%q became %q", notes, got.Request[0].Notes)
			}
		}
	})
}

// plain drops what XML cannot hold.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0xFFFD || r > 0xFFFD && r < 0x10000 {
			return -1
		}
		return r
	}, s)
}
