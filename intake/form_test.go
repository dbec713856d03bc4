package intake

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/privacy"
	"huiyin/spans"
)

func form() Form {
	return Form{Nonce: "0123456789abcdef", Text: "人民路的路灯坏了三天。晚上很黑。", Place: "人民路12号3栋502室", Name: "李小明", Phone: "13800001234", Email: "li@mail.example", Publish: true}
}

func TestTheSameFormIsOneCaseAndAChangedOneIsAnother(t *testing.T) {
	d := open(t)
	file := func(f Form) casework.Receipt {
		t.Helper()
		s, err := f.Submission()
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.File(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, again := file(form()), file(form())
	if first.ID != again.ID || !again.Existing || first.Code != again.Code || !strings.Contains(first.Code, "-") {
		t.Errorf("first %v again %v", first, again)
	}
	changed := form()
	changed.Text += "请修理。"
	if file(changed).ID == first.ID {
		t.Error("changed words were lost")
	}
	c, err := d.docket.Case(t.Context(), casework.System, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c.Title != "人民路的路灯坏了三天" || strings.Contains(c.Place, "502") || !c.HasIdentity {
		t.Errorf("title %q place %q", c.Title, c.Place)
	}
}

func TestFormNamesTheFieldAtFault(t *testing.T) {
	for _, tc := range []struct {
		change func(*Form)
		field  string
		kind   fault.Kind
	}{
		{func(f *Form) { f.Text = " \n\u3000" }, "text", fault.Invalid},
		{func(f *Form) { f.Text = strings.Repeat("字", casework.MaxBody+1) }, "text", fault.TooLarge},
		{func(f *Form) { f.Email = "no address" }, "email", fault.Invalid},
		{func(f *Form) { f.Email = "a@b.example, c@d.example" }, "email", fault.Invalid},
		{func(f *Form) { f.Phone = "call me" }, "phone", fault.Invalid},
		{func(f *Form) { f.Phone = "139 0000 000" }, "phone", fault.Invalid},
		{func(f *Form) { f.Phone = "1390000000" }, "phone", fault.Invalid},
		{func(f *Form) { f.Phone = "１３９００００００００0" }, "phone", fault.Invalid},
		{func(f *Form) { f.Files = []casework.Attachment{{Name: "a", Data: make([]byte, casework.MaxFile+1)}} }, "files", fault.TooLarge},
		{func(f *Form) { f.Nonce = "" }, "", fault.Invalid},
	} {
		f := form()
		tc.change(&f)
		_, err := f.Submission()
		if fe := (*fault.Error)(nil); !errors.As(err, &fe) || fe.Field != tc.field || fe.Kind != tc.kind {
			t.Errorf("%s: %v", tc.field, err)
		}
	}
}

func TestNumbersThatPeopleHaveAreTaken(t *testing.T) {
	for _, number := range []string{"12345", "8800 1234", "139 0000 0000", "0990-8800123", "099088001234", "400 800 1234", "13900000000转8", "+86 139 0000 0000", "+1 310 555 0100"} {
		if !IsPhone(number) {
			t.Errorf("%q is taken for no number", number)
		}
	}
}

func TestSecretAndDangerAreTakenFromTheWords(t *testing.T) {
	city, terms := rules(t)
	d := New(Settings{City: city, Terms: terms, Now: casesNow})
	f := form()
	f.Text, f.Secret = "举报某餐馆使用过期食材", true
	s, err := f.Submission()
	if err != nil {
		t.Fatal(err)
	}
	filing, err := d.Prepare(s)
	if err != nil || !filing.Secret || filing.Kind != casework.Report || !filing.RealName {
		t.Errorf("%+v %v", filing.Kind, err)
	}
	f.Text = "居民楼正在着火，快来人"
	s, _ = f.Submission()
	filing, _ = d.Prepare(s)
	if filing.Urgency != casework.Critical || filing.Total.WorkingDays != 0 {
		t.Errorf("urgency %s, %d working days", filing.Urgency, filing.Total.WorkingDays)
	}
	s.Category = "no such"
	if _, err := d.Prepare(s); fault.KindOf(err) != fault.Invalid {
		t.Errorf("unknown category: %v", err)
	}
}

func TestWhatAPersonToldIsHiddenInTheirWords(t *testing.T) {
	p := casework.Person{Name: "欧阳小明", Phone: "0898-66001234", Email: "x@y.example"}
	m := (&Door{}).masked("欧阳小明说：打0898-66001234或x@y.example找欧阳小明", p)
	for _, own := range []string{"欧阳小明", "66001234", "x@y.example"} {
		if strings.Contains(m.Clear, own) {
			t.Errorf("%q stands in %q", own, m.Clear)
		}
	}
	if utf8.RuneCountInString(m.Clear) != utf8.RuneCountInString(m.Original) {
		t.Error("the copy has another length")
	}
}

func TestTidyingIsOnceAndForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		once := lines(s)
		if !utf8.ValidString(once) || lines(once) != once || strings.Contains(once, "\n\n\n") || strings.ContainsAny(once, "\x00\r\u202e") {
			t.Fatalf("%q", once)
		}
		one := line(s, 20)
		if strings.Contains(one, "\n") || utf8.RuneCountInString(one) > 20 {
			t.Fatalf("%q", one)
		}
		name := fileName(s, 1, "image/png")
		if name == "" || strings.ContainsAny(name, "/\\\x00\n") || strings.HasPrefix(name, ".") || utf8.RuneCountInString(name) > maxFileName {
			t.Fatalf("%q", name)
		}
		title := (&Door{}).headline("", (&Door{}).masked(once, casework.Person{}), casework.Person{})
		if once != "" && (title.Original == "" || utf8.RuneCountInString(title.Original) > maxHeadline) {
			t.Fatalf("title %q of %q", title.Original, once)
		}
		if clear, _ := privacy.Mask(once); utf8.RuneCountInString(clear) != utf8.RuneCountInString(once) {
			t.Fatalf("mask changed the length of %q", once)
		}
	})
}

// What a city's model has learned is hidden from staff in every case, beside what the rules find.
func TestTheModelHidesWhatNoRuleFinds(t *testing.T) {
	t.Parallel()
	var examples []spans.Example
	for _, name := range []string{"王伟", "李小花", "孙文静", "周大明", "吴丽", "郑强"} {
		examples = append(examples, spans.Example{Text: "楼上" + name + "在家养鸡", Spans: []spans.Span{{Start: 2, End: 2 + len([]rune(name)), Kind: "name"}}}, spans.Example{Text: "小区停水三天"})
	}
	model, err := spans.Train(t.Context(), examples, spans.Plan{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	words := "楼上何小勇在家养鸡，请打13800138000"
	if got := (&Door{}).masked(words, casework.Person{}).Clear; got != "楼上何小勇在家养鸡，请打1**********" {
		t.Fatalf("the rules make %q of it", got)
	}
	if got := (&Door{masker: privacy.Masker{Model: model}}).masked(words, casework.Person{}).Clear; got != "楼上何**在家养鸡，请打1**********" {
		t.Errorf("rules and model make %q of it", got)
	}
}

// However the words came out of the writer's keyboard, the rules read them alike, and what is kept is what was written.
func TestTheRulesReadEveryWayOfWritingAlike(t *testing.T) {
	d := open(t)
	prepare := func(text string) casework.Filing {
		t.Helper()
		f, err := d.Prepare(Submission{Channel: casework.Web, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	want := prepare("向阳路红绿灯坏了，电话13800138000")
	for _, written := range []string{"向陽路紅綠燈壞了，電話13800138000", "向阳路红绿灯(hónglǜdēng)坏了，电话１３８００１３８０００", "向\u200b阳路红\u200b绿灯坏了，电话13800138000"} {
		f := prepare(written)
		if f.Category != want.Category || f.Kind != want.Kind || f.Category == "" {
			t.Errorf("%q is %s %q, not %s %q", written, f.Kind, f.Category, want.Kind, want.Category)
		}
	}
}
