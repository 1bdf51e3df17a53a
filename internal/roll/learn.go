package roll

import "muster/internal/linkage"

// firstLesson is how many people make the first lesson worth while; then each time they have doubled, since what is
// learned from half of them is nearly what is learned from all.
const firstLesson = 300

// perLesson is how many records are looked at under the lock at once: some milliseconds.
const perLesson = 500

// Learn lets linkage learn from the people who are in how people repeat themselves and how often strangers agree. The
// roll can be used meanwhile. It happens by itself as the roll grows and when it has been loaded.
func (r *Roll) Learn() {
	r.learning.Lock()
	defer r.learning.Unlock()
	var links *linkage.Index
	var lesson *linkage.Lesson
	r.studying(func() { links = r.links; lesson = links.Lesson() })
	for more := true; more; {
		r.studying(func() { more = r.links == links && lesson.Gather(perLesson) })
	}
	lesson.Learn()
	r.studying(func() {
		if r.links == links { // else everybody was forgotten meanwhile
			links.Adopt(lesson)
		}
	})
}

// studying runs f while nobody changes the people or looks a record up.
func (r *Roll) studying(f func()) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.linking.Lock()
	defer r.linking.Unlock()
	f()
}

// lessonDue reports, once each time, that the roll has grown enough to learn anew; under mu.
func (r *Roll) lessonDue() bool {
	if !r.loaded || len(r.byID) < r.nextLesson {
		return false
	}
	for r.nextLesson <= len(r.byID) {
		r.nextLesson *= 2
	}
	return true
}

// Likeness is two people who may be one.
type Likeness struct {
	A, B        string
	Band        linkage.Band
	Probability float64
	Reasons     []string // codes of what agrees and what does not
}

// perWalk is how many people are compared with all others under the lock at once: some milliseconds.
const perWalk = 512

// AllPairs compares everybody of a drive with everybody else and yields the pairs in at least band least, some at a time,
// with how many of how many people are done; yield returning false ends it. The roll can be used meanwhile, also by
// yield; who comes in meanwhile is passed over, since Candidates compares them as they come. Pairs is empty at times.
func (r *Roll) AllPairs(drive string, least linkage.Band, yield func(pairs []Likeness, done, total int) bool) {
	var links *linkage.Index
	var walk *linkage.Walk
	r.studying(func() { links = r.links; walk = links.Walk() })
	for more := true; more; {
		var pairs []Likeness
		var done, total int
		r.studying(func() {
			if more = r.links == links; !more {
				return // everybody was forgotten meanwhile
			}
			more = walk.Next(perWalk, least, func(a, b uint32, m linkage.Match) {
				x, y := r.people[a], r.people[b]
				if x.Volunteer.Drive != y.Volunteer.Drive || drive != "" && x.Volunteer.Drive != drive {
					return
				}
				_, why, _ := r.links.Explain(a, b)
				pairs = append(pairs, Likeness{x.Volunteer.ID, y.Volunteer.ID, m.Band, m.Probability, reasonCodes(why)})
			})
			done, total = walk.Done()
		})
		if !yield(pairs, done, total) {
			return
		}
	}
}
