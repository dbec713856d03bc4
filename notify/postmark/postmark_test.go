package postmark

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"huiyin/seal"
)

const box = "12345@linlan.example"

func TestWhatALetterCarriesIsReadBack(t *testing.T) {
	keys := seal.NewForTest()
	rapid.Check(t, func(t *rapid.T) {
		id, letter := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "case")), uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "letter"))
		token := Token(keys, id)
		mid := MessageID(token, letter, box)
		if rapid.Bool().Draw(t, "upper") { // some systems change the case of letters
			mid = strings.ToUpper(mid)
		}
		gotToken, gotLetter, ok := Read(mid, box)
		if !ok || gotToken != token || gotLetter != letter {
			t.Fatalf("%s: %s %s %v", mid, gotToken, gotLetter, ok)
		}
		if !IsOurs(ReplyAddress(token, box), []string{box}) {
			t.Fatal("a reply address is not ours")
		}
	})
}

func TestOthersMessageIDsAreNotOurs(t *testing.T) {
	for _, id := range []string{"", "@", "a@b", "token@letters.linlan.example", ".x@letters.linlan.example", "t.0191d7a0-0000-7000-8000-000000000000@linlan.example", "t.0191d7a0-0000-7000-8000-000000000000@letters.other.example"} {
		if token, _, ok := Read(id, box); ok {
			t.Errorf("%q gave %q", id, token)
		}
	}
}

func TestIsOurs(t *testing.T) {
	for address, want := range map[string]bool{box: true, "12345+abc@LINLAN.example": true, " 12345@linlan.example": true, "123456@linlan.example": false, "12345@other.example": false, "": false} {
		if IsOurs(address, []string{box}) != want {
			t.Errorf("%q", address)
		}
	}
}
