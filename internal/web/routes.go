package web

import (
	"slices"

	"muster/internal/reserve"
)

// routes is every page and form of the console behind the sign-in, with the right it needs. What is not here is refused.
func (w *Web) routes() []route {
	return slices.Concat(w.houseRoutes(), w.peopleRoutes(), w.callUpRoutes(), w.listRoutes())
}

// houseRoutes are the board and what belongs to the node and its staff.
func (w *Web) houseRoutes() []route {
	return []route{
		{"GET /console", "", w.start, 0},
		{"GET /console/events", reserve.MaySeeBoard, w.events, 0},
		{"GET /console/d/{drive}", reserve.MaySeeBoard, w.board, 0},
		{"POST /console/d/{drive}/sending", reserve.MayPause, w.pause, 0},
		{"GET /console/nodes", reserve.MayReceive, w.nodes, 0},
		{"POST /console/nodes/bundle", reserve.MayReceive, w.receiveBundle, maxBundle},
		{"POST /console/nodes/{id}", reserve.MayManageDrive, w.moveNode, 0},
		{"GET /console/audit", reserve.MayReadAudit, w.audit, 0},
		{"POST /console/audit/verify", reserve.MayReadAudit, w.verifyLog, 0},
		{"GET /console/staff", reserve.MayManageStaff, w.staffList, 0},
		{"POST /console/staff", reserve.MayManageStaff, w.staffAdd, 0},
		{"POST /console/staff/{id}", reserve.MayManageStaff, w.staffChange, 0},
		{"GET /console/password", "", w.passwordForm, 0},
		{"POST /console/password", "", w.setPassword, 0},
		{"GET /console/lock", reserve.MayUnlock, w.lockPage, 0},
		{"POST /console/unlock", reserve.MayUnlock, w.unlock, 0},
		{"POST /console/lock", reserve.MayUnlock, w.lock, 0},
	}
}

// peopleRoutes are people, from the sheet they come in by to the map.
func (w *Web) peopleRoutes() []route {
	return []route{
		{"GET /console/d/{drive}/people", reserve.MaySeePeople, w.people, 0},
		{"POST /console/d/{drive}/people/search", reserve.MaySeePeople, w.search, 0},
		{"GET /console/people/{id}", reserve.MaySeePeople, w.person, 0},
		{"GET /console/people/{id}/history", reserve.MaySeePeople, w.history, 0},
		{"POST /console/people/{id}/reveal", reserve.MayReveal, w.reveal, 0},
		{"POST /console/people/{id}/verify", reserve.MayVerify, w.verify, 0},
		{"POST /console/people/{id}/age", reserve.MayVerify, w.settleAge, 0},
		{"POST /console/people/{id}/correct", reserve.MayCorrect, w.correct, 0},
		{"POST /console/people/{id}/withdraw", reserve.MayWithdraw, w.withdraw, 0},
		{"POST /console/people/{id}/erase", reserve.MayErase, w.erase, 0},
		{"POST /console/people/{id}/unmerge", reserve.MayDecidePairs, w.unmerge, 0},
		{"GET /console/d/{drive}/duplicates", reserve.MayDecidePairs, w.duplicates, 0},
		{"GET /console/duplicates/{id}", reserve.MayDecidePairs, w.pair, 0},
		{"POST /console/duplicates/{id}", reserve.MayDecidePairs, w.decidePair, 0},
		{"POST /console/duplicates/{id}/undo", reserve.MayDecidePairs, w.undoPair, 0},
		{"GET /console/d/{drive}/import", reserve.MayImport, w.importForm, 0},
		{"POST /console/d/{drive}/import", reserve.MayImport, w.upload, maxSheet + maxForm},
		{"GET /console/d/{drive}/import/{file}", reserve.MayImport, w.look, 0},
		{"POST /console/d/{drive}/import/{file}", reserve.MayImport, w.keep, 64 << 10},
		{"GET /console/d/{drive}/import/{file}/refused", reserve.MayImport, w.refusedRows, 0},
		{"POST /console/d/{drive}/import/undo/{batch}", reserve.MayImport, w.undoImport, 0},
		{"GET /console/d/{drive}/map", reserve.MaySeeBoard, w.mapPage, 0},
	}
}

// callUpRoutes are call-ups, from opening to home safe.
func (w *Web) callUpRoutes() []route {
	return []route{
		{"GET /console/d/{drive}/callups", reserve.MaySeeBoard, w.callUps, 0},
		{"POST /console/d/{drive}/callups", reserve.MayOpenCallUp, w.openCallUp, 0},
		{"GET /console/d/{drive}/callups/new", reserve.MayOpenCallUp, w.openForm, 0},
		{"GET /console/callups/{id}", reserve.MaySeeBoard, w.callUp, 0},
		{"POST /console/callups/{id}/place", reserve.MayOpenCallUp, w.callUpStep("moved", w.moveCallUp), 0},
		{"POST /console/callups/{id}/message", reserve.MayOpenCallUp, w.callUpStep("sent", w.messageCallUp), 0},
		{"POST /console/callups/{id}/close", reserve.MayOpenCallUp, w.callUpStep("closed", w.closeCallUp), 0},
		{"GET /console/callups/{id}/calls", reserve.MayCall, w.calls, 0},
		{"POST /console/callups/{id}/calls/{invitation}", reserve.MayCall, w.call, 0},
		{"GET /console/callups/{id}/check-in", reserve.MayCheckIn, w.checkInForm, 0},
		{"POST /console/callups/{id}/check-in", reserve.MayCheckIn, w.checkIn, 0},
		{"POST /console/callups/{id}/check-out", reserve.MayCheckIn, w.checkOut, 0},
		{"POST /console/callups/{id}/home-safe", reserve.MayCheckIn, w.homeSafe, 0},
		{"GET /console/d/{drive}/unclear", reserve.MaySeePeople, w.unclear, 0},
		{"POST /console/d/{drive}/unclear/{inbox}", reserve.MayCall, w.settleUnclear, 0},
	}
}

// listRoutes are lists that leave.
func (w *Web) listRoutes() []route {
	return []route{
		{"GET /console/d/{drive}/handovers", reserve.MayPrepareList, w.handovers, 0},
		{"POST /console/d/{drive}/handovers", reserve.MayPrepareList, w.prepareList, 0},
		{"POST /console/d/{drive}/handovers/allow", reserve.MayManageDrive, w.allowLists, 0},
		{"GET /console/handovers/{id}", reserve.MayPrepareList, w.handover, 0},
		{"POST /console/handovers/{id}/approve", reserve.MayApproveList, w.listStep(w.approveList), 0},
		{"POST /console/handovers/{id}/seal", reserve.MaySealList, w.listStep(w.sealList), 0},
		{"POST /console/handovers/{id}/cancel", reserve.MayPrepareList, w.listStep(w.cancelList), 0},
		{"GET /console/handovers/{id}/file", reserve.MayPrepareList, w.listFile, 0},
	}
}
