package console

import "testing"

// What may name a person or open a case stays out of addresses; the number of a case may stand in one.
func TestWhatStandsInAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"261103000012": false, " 261103000012 ": false, "26110300001234": false, "路灯": false, "噪音 3号楼": false,
		"19900001234": true, "199 0000 1234": true, "8619900001234": true, "01012345678": true, "057188880000": true, "860101234567": true, "a@b.example": true,
		"110101199003070011": true, "261399000012": true, "199012345678": true, "26110300001": true,
	} {
		if personal(text) != want {
			t.Errorf("%q: %v expected", text, want)
		}
	}
}
