package planner

// Arc says that a volunteer can serve a need, by its index, at a cost. Costs are whole numbers of the caller's making
// (distance, how often somebody was asked lately); they may be negative and stay well under two thousand million.
type Arc struct {
	Need int32
	Cost int32
}

// Candidate is the same seen from a need: a volunteer, by index, and the cost.
type Candidate struct {
	Volunteer int32
	Cost      int32
}

// Problem is many needs and the people who could serve them. Each person serves at most one need.
type Problem struct {
	Places   []int   // of each need
	Eligible [][]Arc // of each volunteer; a need stands at most once in a row
	Shortage int32   // what an empty place costs: a person who costs more is not sent
}

// NoNeed is the need of a volunteer who is not sent.
const NoNeed = int32(-1)

// Solution is who serves what. Its cost, with Shortage for each empty place, is the least possible.
type Solution struct {
	Need   []int32 // of each volunteer, or NoNeed
	Filled int
	Cost   int64
}

// Assign finds the assignment of least cost.
func Assign(p Problem) Solution { return NewSolver(p).Solution() }
