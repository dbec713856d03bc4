package casework

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// CaseID identifies a case inside the system; it is never shown to the public.
type CaseID = uuid.UUID

// UnitCode names a responsible unit (承办单位), such as "hotline", "c-chengguan" or "s-linjiang-xiangyang".
type UnitCode string

// Hotline is the unit that owns every case before dispatch and after the reply.
const Hotline UnitCode = "hotline"

// Kind is the nature of what a resident asks (诉求类型; Beijing ordinance of 2021, article 2).
type Kind string

// The kinds, in the fixed words of the interfaces contract.
const (
	Consultation Kind = "consultation"
	Help         Kind = "help"
	Complaint    Kind = "complaint"
	Report       Kind = "report"
	Suggestion   Kind = "suggestion"
	Praise       Kind = "praise"
	OtherKind    Kind = "other"
)

// Kinds lists every kind in the order of menus.
var Kinds = []Kind{Consultation, Help, Complaint, Report, Suggestion, Praise, OtherKind}

// Urgency (紧急程度) decides between wall-clock and working-day limits.
type Urgency string

// The urgencies; Normal is the default.
const (
	Critical Urgency = "critical"
	Urgent   Urgency = "urgent"
	Normal   Urgency = "normal"
)

// Urgencies lists every urgency, most urgent first.
var Urgencies = []Urgency{Critical, Urgent, Normal}

// Channel is the door a submission came through (渠道).
type Channel string

// The doors.
const (
	Web     Channel = "web"
	Email   Channel = "email"
	Phone   Channel = "phone"
	Open311 Channel = "open311"
	File    Channel = "file"
	API     Channel = "api"
	Window  Channel = "window"
)

// Channels lists every door.
var Channels = []Channel{Web, Email, Phone, Open311, File, API, Window}

// Role is what a person may do (domain study 2.5).
type Role string

// The roles. A staff account may hold several.
const (
	ResidentRole Role = "resident"
	Operator     Role = "operator"   // seat clerk (话务员): registers, answers, classifies, dispatches by the catalogue
	Dispatcher   Role = "dispatcher" // 分派员: dispatches, decides returns, merges, hangs
	Liaison      Role = "liaison"    // unit liaison (联络员): signs, asks for time or return, replies
	Handler      Role = "handler"    // unit staff (经办人): contacts, records, replies
	Leader       Role = "leader"     // unit leader (单位负责人): approves extensions
	Callback     Role = "callback"   // follow-up agent (回访员), never the handler
	Supervisor   Role = "supervisor" // 督办员
	Publisher    Role = "publisher"
	Privacy      Role = "privacy" // personal-information protection officer (个人信息保护负责人)
	Auditor      Role = "auditor"
	Admin        Role = "admin"
	SystemRole   Role = "system"
)

// Roles lists the roles that a staff account can hold.
var Roles = []Role{Operator, Dispatcher, Liaison, Handler, Leader, Callback, Supervisor, Publisher, Privacy, Auditor, Admin}

// ActorKind says who acts: the resident, a member of staff, or the system itself.
type ActorKind string

// The kinds of actor.
const (
	ByResident ActorKind = "resident"
	ByStaff    ActorKind = "staff"
	BySystem   ActorKind = "system"
)

// Actor is who takes a step. Staff act for their unit and see its cases and those of the units below it.
type Actor struct {
	Kind    ActorKind
	StaffID int64      // account number, 0 unless staff
	Unit    UnitCode   // the unit acted for, empty for residents
	Roles   []Role     // what the actor may do
	Units   []UnitCode // units whose cases are in scope: the own one and those below it
	Case    CaseID     // the one case a resident's code opens
}

// System is the actor of sweeps, followers and imports.
var System = Actor{Kind: BySystem, Unit: Hotline, Roles: []Role{SystemRole}}

// Resident is the actor behind a tracking code: one case and nothing else.
func Resident(id CaseID) Actor {
	return Actor{Kind: ByResident, Roles: []Role{ResidentRole}, Case: id}
}

// Has reports whether the actor holds any of the roles.
func (a Actor) Has(roles ...Role) bool {
	for _, r := range roles {
		if slices.Contains(a.Roles, r) {
			return true
		}
	}
	return false
}

// acting picks the role under which a step is written in the history: the first of the actor's that the step allows.
func (a Actor) acting(allowed []Role) (Role, bool) {
	for _, r := range a.Roles {
		if slices.Contains(allowed, r) && a.counts(r) {
			return r, true
		}
	}
	return "", false
}

// counts reports whether a role means anything where the actor stands: a unit's account does not become the hotline by a role given to it
// by mistake, nor the hotline a unit, nor staff the resident or the system.
func (a Actor) counts(r Role) bool {
	switch r {
	case ResidentRole:
		return a.Kind == ByResident
	case SystemRole:
		return a.Kind == BySystem
	case Liaison, Handler, Leader:
		return a.Kind == ByStaff && a.Unit != Hotline
	default:
		return a.Kind == ByStaff && a.Unit == Hotline
	}
}

// ReturnReason says why a unit sends a case back (退单原因; domain study 2.4).
type ReturnReason string

// ReturnReasons are R1 not our duty, R2 wrong place, R3 another unit should lead, R5 duplicate, R6 already in legal procedure,
// R7 emergency line, R8 beyond government duty, R9 secret or private, R10 recusal. (R4, facts missing, is a question to the resident, not a return.)
var ReturnReasons = []ReturnReason{"R1", "R2", "R3", "R5", "R6", "R7", "R8", "R9", "R10"}

// DeclineReason says why the hotline does not accept a case (不予受理; Beijing ordinance of 2021, article 11).
type DeclineReason string

// DeclineReasons are legal procedure, repeat without new facts, secret or private, beyond duty, unlawful, not a request.
var DeclineReasons = []DeclineReason{"legal_procedure", "repeat", "secret", "beyond_duty", "unlawful", "no_request"}

// EmergencyNumbers are the lines a danger is handed to at once.
var EmergencyNumbers = []string{"110", "119", "120", "122"}

// Solved is the resident's word on whether the matter is solved (是否解决). Only the resident's word counts.
type Solved string

// What a resident may say.
const (
	SolvedYes    Solved = "yes"
	SolvedPartly Solved = "partly"
	SolvedNo     Solved = "no"
)

var solvedWords = []Solved{SolvedYes, SolvedPartly, SolvedNo}

// Satisfaction is the five-level scale of 好差评: 5 very satisfied … 1 very dissatisfied; 1 and 2 are bad ratings.
type Satisfaction int

// Promise is one clock to be started: when it is due and under which rules that was promised.
type Promise struct {
	Name         string // total, sign, contact, handle, return, follow_up
	Due          time.Time
	WorkingDays  int  // 0 for wall-clock limits, and for those counted by dates
	CalendarDays int  // of a limit that a law counts in calendar days
	Months       int  // of one counted in months
	Rolls        bool // of either: it ends on the next working day where its last day is none
	Provisional  bool
	Policy       string
	Calendar     string
	Statute      string     // the law whose limit it is, as the policy names it; empty: the city's own
	Ordinary     *time.Time // by when the city's own limit would end; nil where that is Due
}

// Attachment is a file that came with a submission or a reply: at most 10 MB, its type found by content.
type Attachment struct {
	Name string
	Type string
	Data []byte
	// Shows is before or after where a unit proves by a photo how it found and how it left the place; else empty.
	Shows string
}

// Limits on what one submission may carry.
const (
	MaxFile     = 10 << 20 // bytes a file
	MaxFiles    = 25 << 20 // bytes a case
	MaxBody     = 20000    // runes
	MaxAttached = 20       // files a submission

	maxTitle         = 200  // runes of a title that staff see
	maxOriginalTitle = 1000 // runes of a title as it was sent
	maxPlace         = 500  // runes
)

// Limits on the personal fields, in runes; an e-mail address may have 254 (RFC 5321, 4.5.3.1.3).
const (
	MaxName    = 100
	MaxPhone   = 40
	MaxEmail   = 254
	MaxAddress = 500
)

// Masked pairs words with the copy that staff see by default: personal data replaced.
type Masked struct {
	Original string
	Clear    string
}
