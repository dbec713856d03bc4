package casework

import "slices"

// State is where a case stands (domain study 2.1).
type State string

// The states in the order of a case's life, then the ways out.
const (
	Registered State = "registered"  // 登记
	Accepted   State = "accepted"    // 受理, waiting for dispatch
	Answered   State = "answered"    // 直接答复
	Dispatched State = "dispatched"  // 待签收
	Signed     State = "signed"      // 签收
	Contacted  State = "contacted"   // 首次联系
	InHand     State = "in_hand"     // 办理中
	Paused     State = "paused"      // 暂停等待诉求人
	HungUp     State = "hung_up"     // 挂账
	Replied    State = "replied"     // 答复
	Reviewed   State = "reviewed"    // 审核
	FollowedUp State = "followed_up" // 回访
	Rated      State = "rated"       // 评价
	Closed     State = "closed"      // 办结
	Archived   State = "archived"    // 归档

	Declined   State = "declined"   // 不予受理
	Redirected State = "redirected" // 转紧急
	Terminated State = "terminated" // 终止办理
	Merged     State = "merged"     // 并单
	Withdrawn  State = "withdrawn"  // 撤回
)

// States lists every state.
var States = []State{Registered, Accepted, Answered, Dispatched, Signed, Contacted, InHand, Paused, HungUp, Replied, Reviewed, FollowedUp,
	Rated, Closed, Archived, Declined, Redirected, Terminated, Merged, Withdrawn}

var final = []State{Closed, Archived, Declined, Redirected, Terminated, Merged, Withdrawn}

// Open reports whether somebody still owes the resident something.
func (s State) Open() bool { return !slices.Contains(final, s) }

// handling are the states in which the lead unit owns the case.
var handling = []State{Dispatched, Signed, Contacted, InHand, Paused, HungUp}

// Handling reports whether the lead unit owns the case in this state.
func (s State) Handling() bool { return slices.Contains(handling, s) }

// Step is one thing that can happen to a case; each is one method of Docket and one row of the history.
type Step string

// The steps.
const (
	StepFile            Step = "file"
	StepAccept          Step = "accept"
	StepClassify        Step = "classify"
	StepDecline         Step = "decline"
	StepRedirect        Step = "redirect"
	StepAnswer          Step = "answer"
	StepDispatch        Step = "dispatch"
	StepRecall          Step = "recall"
	StepSign            Step = "sign"
	StepContact         Step = "contact"
	StepBegin           Step = "begin"
	StepRecord          Step = "record"
	StepAssign          Step = "assign"
	StepHandBack        Step = "hand_back"
	StepTakeBack        Step = "take_back"
	StepAskReturn       Step = "ask_return"
	StepGrantReturn     Step = "grant_return"
	StepRefuseReturn    Step = "refuse_return"
	StepAskExtension    Step = "ask_extension"
	StepGrantExtension  Step = "grant_extension"
	StepRefuseExtension Step = "refuse_extension"
	StepAskTermination  Step = "ask_termination"
	StepRefuseTerminate Step = "refuse_termination"
	StepTerminate       Step = "terminate"
	StepCoHandle        Step = "co_handle"
	StepCoReport        Step = "co_report"
	StepWhistle         Step = "whistle"
	StepReportIn        Step = "report_in"
	StepAppeal          Step = "appeal"
	StepGrantAppeal     Step = "grant_appeal"
	StepRefuseAppeal    Step = "refuse_appeal"
	StepPause           Step = "pause"
	StepResume          Step = "resume"
	StepAskHang         Step = "ask_hang"
	StepHang            Step = "hang"
	StepRefuseHang      Step = "refuse_hang"
	StepUnhang          Step = "unhang"
	StepReply           Step = "reply"
	StepReview          Step = "review"
	StepFollowUp        Step = "follow_up"
	StepRate            Step = "rate"
	StepRerate          Step = "rerate"
	StepDoubt           Step = "doubt"
	StepRedo            Step = "redo"
	StepSupervise       Step = "supervise"
	StepUrge            Step = "urge"
	StepAdd             Step = "add"
	StepChange          Step = "change"
	StepWithdraw        Step = "withdraw"
	StepMerge           Step = "merge"
	StepUnmerge         Step = "unmerge"
	StepSplit           Step = "split"
	StepUnsplit         Step = "unsplit"
	StepClose           Step = "close"
	StepArchive         Step = "archive"
	StepBreach          Step = "breach"
	StepRemind          Step = "remind"
	StepEscalate        Step = "escalate"
	StepRecount         Step = "recount"
	StepUse             Step = "use"
	StepErase           Step = "erase"
	StepHandOver        Step = "hand_over"
	StepAbroad          Step = "abroad"
	StepRight           Step = "right"  // a step of a request about the resident's own data
	StepRecuse          Step = "recuse" // a person or a unit keeps out of the case (回避)
)

// Rule says from where a step may be taken, where it leads, and who may take it.
type Rule struct {
	From []State // nil: the case does not exist yet
	To   []State // nil: the state stays
	By   []Role
}

var (
	hotlineRoles = []Role{Operator, Dispatcher}
	unitRoles    = []Role{Liaison, Handler, Leader}
	open         = without(States, final...)
	worked       = []State{Signed, Contacted, InHand}
	withUnit     = []State{Dispatched, Signed, Contacted, InHand}
	answered     = []State{Answered, Replied, Reviewed, FollowedUp}
)

// Lifecycle is the one table of states, steps and who may take them. Nothing else in the system decides this.
var Lifecycle = map[Step]Rule{
	StepFile:     {To: []State{Registered}, By: []Role{ResidentRole, Operator, SystemRole}},
	StepAccept:   {From: []State{Registered}, To: []State{Accepted}, By: roles(hotlineRoles, SystemRole)},
	StepClassify: {From: []State{Registered, Accepted}, By: roles(hotlineRoles, SystemRole)},
	StepDecline:  {From: []State{Registered, Accepted}, To: []State{Declined}, By: hotlineRoles},
	StepRedirect: {From: []State{Registered, Accepted}, To: []State{Redirected}, By: roles(hotlineRoles, SystemRole)},
	StepAnswer:   {From: []State{Registered, Accepted}, To: []State{Answered}, By: roles(hotlineRoles, SystemRole)},
	StepDispatch: {From: []State{Accepted}, To: []State{Dispatched}, By: roles(hotlineRoles, SystemRole)},
	StepRecall:   {From: []State{Dispatched}, To: []State{Accepted}, By: hotlineRoles},

	StepSign:    {From: []State{Dispatched}, To: []State{Signed}, By: unitRoles},
	StepContact: {From: worked, To: []State{Contacted, InHand}, By: unitRoles},
	StepBegin:   {From: []State{Signed, Contacted}, To: []State{InHand}, By: unitRoles},
	StepRecord:  {From: append([]State{Paused, HungUp}, worked...), By: unitRoles},

	StepAssign:   {From: append([]State{Paused}, worked...), By: unitRoles},
	StepHandBack: {From: inHand, By: unitRoles},
	StepTakeBack: {From: inHand, By: []Role{Liaison, Leader}},

	StepAskReturn:    {From: withUnit, By: []Role{Liaison, Leader}},
	StepGrantReturn:  {From: withUnit, To: []State{Accepted}, By: []Role{Dispatcher}},
	StepRefuseReturn: {From: withUnit, By: []Role{Dispatcher}},

	StepAskExtension:    {From: worked, By: []Role{Liaison, Handler}},
	StepGrantExtension:  {From: worked, By: []Role{Leader, Dispatcher}},
	StepRefuseExtension: {From: worked, By: []Role{Leader, Dispatcher}},

	StepAskTermination:  {From: worked, By: []Role{Liaison, Leader}},
	StepTerminate:       {From: worked, To: []State{Terminated}, By: []Role{Dispatcher}},
	StepRefuseTerminate: {From: worked, By: []Role{Dispatcher}},

	StepAskHang:    {From: worked, By: []Role{Liaison, Leader}},
	StepHang:       {From: worked, To: []State{HungUp}, By: []Role{Dispatcher}},
	StepRefuseHang: {From: worked, By: []Role{Dispatcher}},
	StepUnhang:     {From: []State{HungUp}, To: []State{InHand}, By: []Role{Dispatcher, Liaison, SystemRole}},

	StepCoHandle: {From: withUnit, By: []Role{Dispatcher, Operator}},
	StepCoReport: {From: append([]State{Paused}, withUnit...), By: unitRoles},
	StepWhistle:  {From: worked, By: []Role{Liaison, Leader}},
	StepReportIn: {From: append([]State{Paused}, withUnit...), By: unitRoles},

	StepAppeal:       {From: append([]State{Dispatched, Replied, Reviewed, FollowedUp, Rated, Closed}, worked...), By: []Role{Liaison, Leader}},
	StepGrantAppeal:  {From: States, By: []Role{Dispatcher}},
	StepRefuseAppeal: {From: States, By: []Role{Dispatcher}},

	StepPause:  {From: []State{Contacted, InHand}, To: []State{Paused}, By: []Role{Liaison, Handler}},
	StepResume: {From: []State{Paused}, To: []State{InHand}, By: []Role{Liaison, Handler, ResidentRole, SystemRole}},

	StepReply:    {From: worked, To: []State{Replied}, By: unitRoles},
	StepReview:   {From: []State{Replied}, To: []State{Reviewed}, By: roles(hotlineRoles, SystemRole)},
	StepFollowUp: {From: []State{Answered, Replied, Reviewed, Merged}, To: []State{FollowedUp}, By: []Role{Callback}},
	StepRate:     {From: append([]State{Closed, Merged}, answered...), To: []State{Rated, Closed}, By: []Role{ResidentRole, Callback}},
	StepRerate:   {From: States, By: []Role{ResidentRole}},
	StepDoubt:    {From: States, By: []Role{SystemRole, Supervisor}},
	StepRedo:     {From: append([]State{Rated, Closed, Merged}, answered...), To: []State{Dispatched, Accepted}, By: []Role{ResidentRole, Dispatcher, Operator, Callback}},
	StepClose:    {From: []State{Reviewed, FollowedUp, Rated, Answered}, To: []State{Closed}, By: []Role{Dispatcher, SystemRole}},
	StepArchive:  {From: without(final, Archived), To: []State{Archived}, By: []Role{SystemRole}},

	StepSupervise: {From: append([]State{Replied, Reviewed}, handling...), By: []Role{Supervisor}},
	StepUrge:      {From: open, By: []Role{ResidentRole, Supervisor, SystemRole}},
	StepAdd:       {From: open, By: []Role{ResidentRole, Operator}},
	StepChange:    {From: []State{Registered, Accepted, Dispatched}, By: []Role{ResidentRole}},
	StepWithdraw:  {From: []State{Registered, Accepted, Dispatched, Signed, Contacted, InHand, Paused}, To: []State{Withdrawn}, By: []Role{ResidentRole}},
	StepMerge:     {From: []State{Registered, Accepted}, To: []State{Merged}, By: hotlineRoles},
	StepSplit:     {From: []State{Registered, Accepted}, By: hotlineRoles},
	StepUnsplit:   {From: []State{Registered, Accepted}, By: hotlineRoles},
	StepUnmerge:   {From: []State{Merged}, To: []State{Accepted}, By: roles(hotlineRoles, SystemRole)},

	StepHandOver: {From: []State{Accepted}, By: hotlineRoles},
	StepAbroad:   {From: States, By: []Role{SystemRole}},

	StepErase:  {From: States, By: []Role{Privacy, Supervisor, SystemRole}}, // a supervisor as the second person of a deletion
	StepRight:  {From: States, By: []Role{Privacy, Supervisor, ResidentRole, SystemRole}},
	StepRecuse: {From: States, By: roles(hotlineRoles, Supervisor, Privacy)},
	StepBreach: {From: States, By: []Role{SystemRole}},
	// What is said of a limit by itself: before it, and after it.
	StepRemind:   {From: States, By: []Role{SystemRole}},
	StepEscalate: {From: States, By: []Role{SystemRole}},
	StepRecount:  {From: States, By: []Role{SystemRole}},
	StepUse:      {From: States, By: roles(unitRoles, ResidentRole, Operator, Dispatcher, Callback, Supervisor, Publisher, Privacy, SystemRole)},
}

// Allowed reports whether the actor's roles and the case's state permit the step. Scope (which cases) is a matter of row-level security.
func Allowed(s Step, from State, by Actor) bool {
	rule, ok := Lifecycle[s]
	if !ok {
		return false
	}
	_, may := by.acting(rule.By)
	return may && slices.Contains(rule.From, from)
}

func roles(base []Role, more ...Role) []Role { return append(slices.Clone(base), more...) }

func without(all []State, drop ...State) []State {
	var kept []State
	for _, s := range all {
		if !slices.Contains(drop, s) {
			kept = append(kept, s)
		}
	}
	return kept
}
