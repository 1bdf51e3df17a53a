package reserve

// ActorKind says what sort of hand did something.
type ActorKind string

// The kinds of actors.
const (
	ActorSelf   ActorKind = "self"   // the person, through a public door
	ActorStaff  ActorKind = "staff"  // a member of staff, signed in
	ActorDevice ActorKind = "device" // a tablet, a carrier or a field node with its own token
	ActorSystem ActorKind = "system" // a loop of a node
)

// Actor is who does something: always an argument, never in a context. ID is a staff, device or node id; it is empty for
// the person's own acts, whose subject names them.
type Actor struct {
	Kind  ActorKind
	ID    string
	Role  Role
	Sites []string // the sites a member of staff may act for; empty is all of them
	// Functions are the compartments of a member of staff; empty is all of them.
	Functions []string
}

// String is the form kept in the audit log, "staff:01J…"; "self:-" where no id names the actor.
func (a Actor) String() string {
	if a.ID == "" {
		return string(a.Kind) + ":-"
	}
	return string(a.Kind) + ":" + a.ID
}

// System is the actor of a node's own loops.
func System(node string) Actor { return Actor{Kind: ActorSystem, ID: node} }

// Self is the actor of a person at a public door.
func Self() Actor { return Actor{Kind: ActorSelf} }

// Act is one line of the audit log before it is kept: who did what to which record. It holds no personal data: Subject is
// an id, which the store replaces by a salted one; Salt is the subject's own salt, empty for things that are no person.
type Act struct {
	Actor   Actor
	Verb    Verb
	Subject string
	Salt    []byte
	Count   int64
	Digest  []byte
	Note    string // a code, never free text
}

// Verb names an act, "registration.apply".
type Verb string

// The verbs of the audit log. A new act is a new line here, and in docs/glossary.md.
const (
	ActDriveOpen     Verb = "drive.open"
	ActDriveClose    Verb = "drive.close"
	ActDriveAdd      Verb = "drive.add"
	ActApply         Verb = "registration.apply"
	ActConflict      Verb = "registration.conflict"
	ActOpen          Verb = "registration.open"
	ActRefuseMinor   Verb = "registration.refuse-under-age"
	ActBatchImport   Verb = "batch.import"
	ActBatchUndo     Verb = "batch.undo"
	ActBundleSeal    Verb = "bundle.seal"
	ActBundleReceive Verb = "bundle.receive"
	ActBundleAck     Verb = "bundle.acknowledge"
	ActNodeKit       Verb = "node.kit"
	ActNodeWaits     Verb = "node.waits"
	ActNodeTrust     Verb = "node.trust"
	ActNodeRevoke    Verb = "node.revoke"
	ActRead          Verb = "volunteer.read"
	ActSearch        Verb = "volunteer.search"
	ActReveal        Verb = "volunteer.reveal"
	ActCorrect       Verb = "volunteer.correct"
	ActVerify        Verb = "volunteer.verify"
	ActSettleAge     Verb = "volunteer.settle-age"
	ActWithdraw      Verb = "volunteer.withdraw"
	ActErase         Verb = "volunteer.erase"
	ActExpire        Verb = "volunteer.expire"
	ActSilence       Verb = "number.silence"
	ActUnsilence     Verb = "number.unsilence"
	ActPairOffer     Verb = "pair.offer"
	ActRelink        Verb = "pair.relink"
	ActMerge         Verb = "pair.merge"
	ActUnmerge       Verb = "pair.unmerge"
	ActDistinct      Verb = "pair.distinct"
	ActCallUpOpen    Verb = "callup.open"
	ActCallUpChange  Verb = "callup.change"
	ActCallUpClose   Verb = "callup.close"
	ActWave          Verb = "callup.wave"
	ActAnswer        Verb = "callup.answer"
	ActUnclear       Verb = "callup.unclear"
	ActCheckIn       Verb = "callup.check-in"
	ActCheckOut      Verb = "callup.check-out"
	ActHomeSafe      Verb = "callup.home-safe"
	ActMessage       Verb = "callup.message"
	ActPause         Verb = "sending.pause"
	ActResume        Verb = "sending.resume"
	ActListAllow     Verb = "handover.allow"
	ActListStop      Verb = "handover.stop"
	ActListPrepare   Verb = "handover.prepare"
	ActListApprove   Verb = "handover.approve"
	ActListMiscount  Verb = "handover.miscount"
	ActListCancel    Verb = "handover.cancel"
	ActListSeal      Verb = "handover.seal"
	ActListFetch     Verb = "handover.fetch"
	ActListReceipt   Verb = "handover.receipt"
	ActListEnd       Verb = "handover.end-entries"
	ActFeedMake      Verb = "feed.make"
	ActFeedTell      Verb = "feed.acknowledge"
	ActFeedNag       Verb = "feed.nag"
	ActStaffAdd      Verb = "staff.add"
	ActStaffConfirm  Verb = "staff.confirm"
	ActStaffScope    Verb = "staff.scope"
	ActStaffPassword Verb = "staff.password"
	ActStaffRevoke   Verb = "staff.revoke"
	ActStaffToken    Verb = "staff.token"
	ActSignIn        Verb = "staff.sign-in"
	ActUnlock        Verb = "node.unlock"
	ActLock          Verb = "node.lock"
	ActCheckpoint    Verb = "audit.checkpoint"
	ActAuditRead     Verb = "audit.read"
)
