package reserve

import "slices"

// Role is what a member of staff is trusted with.
type Role string

// The roles.
const (
	RoleOwner       Role = "owner"       // everything, with a second person where two are needed
	RoleCoordinator Role = "coordinator" // people and call-ups of their sites and functions
	RoleDesk        Role = "desk"        // registers, looks up, decides on duplicates, checks in
	RoleCaller      Role = "caller"      // the human callers' list of an open call-up, nothing else
	RoleAuditor     Role = "auditor"     // the log and the counts: no name, no number
	RoleDevice      Role = "device"      // a tablet or field node: sends registrations
)

// Roles lists all roles.
func Roles() []Role {
	return []Role{RoleOwner, RoleCoordinator, RoleDesk, RoleCaller, RoleAuditor, RoleDevice}
}

// Right names one thing a member of staff may do. Routes carry the right they need; what is not listed is refused.
type Right string

// The rights.
const (
	MaySeeBoard    Right = "board.see"
	MaySeePeople   Right = "people.see"
	MayReveal      Right = "people.reveal" // a full number, with a reason
	MayCorrect     Right = "people.correct"
	MayVerify      Right = "people.verify"
	MayWithdraw    Right = "people.withdraw"
	MayErase       Right = "people.erase"
	MayDecidePairs Right = "pairs.decide"
	MayImport      Right = "people.import"
	MayOpenCallUp  Right = "callup.open"
	MayCall        Right = "callup.call"
	MayCheckIn     Right = "callup.check-in"
	MayPause       Right = "sending.pause"
	MayPrepareList Right = "handover.prepare"
	MayApproveList Right = "handover.approve"
	MaySealList    Right = "handover.seal"
	MayReadAudit   Right = "audit.read"
	MayManageStaff Right = "staff.manage"
	MayManageDrive Right = "drive.manage"
	MayUnlock      Right = "node.unlock"
	MayReceive     Right = "bundle.receive"
	MayRegister    Right = "people.register"
)

// rights is the one table of who may do what: a constant table, read by May alone.
var rights = map[Role][]Right{
	RoleOwner: {MaySeeBoard, MaySeePeople, MayReveal, MayCorrect, MayVerify, MayWithdraw, MayErase, MayDecidePairs, MayImport, MayOpenCallUp,
		MayCall, MayCheckIn, MayPause, MayPrepareList, MayApproveList, MaySealList, MayReadAudit, MayManageStaff, MayManageDrive, MayUnlock, MayReceive, MayRegister},
	RoleCoordinator: {MaySeeBoard, MaySeePeople, MayReveal, MayCorrect, MayVerify, MayWithdraw, MayDecidePairs, MayImport, MayOpenCallUp, MayCall,
		MayCheckIn, MayPause, MayPrepareList, MayApproveList, MayReceive, MayRegister},
	RoleDesk:    {MaySeeBoard, MaySeePeople, MayReveal, MayCorrect, MayWithdraw, MayDecidePairs, MayCheckIn, MayPause, MayRegister},
	RoleCaller:  {MaySeeBoard, MayCall, MayPause},
	RoleAuditor: {MaySeeBoard, MayReadAudit},
	RoleDevice:  {MayRegister},
}

// May reports whether the actor has the right at all. The system has every right; a person at a public door and a device have none of staff's.
func May(a Actor, r Right) bool {
	switch a.Kind {
	case ActorSystem:
		return true
	case ActorStaff, ActorDevice:
		return slices.Contains(rights[a.Role], r)
	}
	return false
}

// Demand is May as an error: Forbidden with code "no-right".
func Demand(a Actor, r Right) error {
	if May(a, r) {
		return nil
	}
	if a.Kind == ActorSelf {
		return &Error{Kind: SignedOut, Code: "signed-out"}
	}
	return &Error{Kind: Forbidden, Code: "no-right"}
}

// InScope reports whether a record of a site with these functions lies within the actor's sites and compartments. A
// record without a site lies within every scope of sites only for those who see all sites.
func InScope(a Actor, site string, functions []string) bool {
	if a.Kind == ActorSystem {
		return true
	}
	if len(a.Sites) > 0 && !slices.Contains(a.Sites, site) {
		return false
	}
	if len(a.Functions) == 0 {
		return true
	}
	return slices.ContainsFunc(functions, func(f string) bool { return slices.Contains(a.Functions, f) })
}
