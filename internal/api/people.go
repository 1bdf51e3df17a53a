package api

import (
	"time"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/store"
)

// people are the routes about people.
func people() []route {
	return []route{
		op("GET /api/v1/drives/{drive}/volunteers", reserve.MaySeePeople, "List the people of a drive, by id, with their numbers hidden", (*API).listPeople).
			with("function", "site", "state", "level", "cursor", "limit"),
		op("POST /api/v1/drives/{drive}/volunteers/search", reserve.MaySeePeople, "Search people by name, part of a number or receipt", (*API).searchPeople),
		op("GET /api/v1/volunteers/{id}", reserve.MaySeePeople, "Show a person; the reading is kept in the log", (*API).showPerson),
		op("PATCH /api/v1/volunteers/{id}", reserve.MayCorrect, "Correct a person's entry; what was sent before is kept", (*API).correctPerson),
		op("POST /api/v1/volunteers/{id}/verify", reserve.MayVerify, "Verify a function at a level; levels 1 and 2 need a second person", (*API).verifyPerson),
		op("POST /api/v1/volunteers/{id}/age", reserve.MayVerify, "Settle the age of somebody who may be a minor", (*API).settleAge),
		op("POST /api/v1/volunteers/{id}/withdraw", reserve.MayWithdraw, "Withdraw a person: no calls, no lists", (*API).withdrawPerson),
		op("POST /api/v1/volunteers/{id}/erase", reserve.MayErase, "Erase a person: unreadable from now on", (*API).erasePerson),
		op("POST /api/v1/volunteers/{id}/unmerge", reserve.MayDecidePairs, "Take back a merge: both people are again as they were", (*API).unmergePerson),
	}
}

func (a *API) listPeople(c *call, _ *none) (page[personOut], error) {
	limit, err := c.limit()
	if err != nil {
		return page[personOut]{}, err
	}
	q := c.URL.Query()
	f := registry.ListFilter{Drive: c.PathValue("drive"), Function: q.Get("function"), Site: q.Get("site"), State: reserve.VolunteerState(q.Get("state")), After: q.Get("cursor"), Limit: limit}
	if q.Has("level") {
		n, err := c.number("level", 0)
		if err != nil {
			return page[personOut]{}, err
		}
		level := int(min(n, 4))
		f.Level = &level
	}
	list, next, err := a.Registry.List(c.Context(), c.actor, f)
	return page[personOut]{all(list, personIn), next}, err
}

type searchIn struct {
	Q     reserve.Private `json:"q"`
	Limit *int            `json:"limit,omitempty"`
}

func (a *API) searchPeople(c *call, in *searchIn) (page[personOut], error) {
	none := page[personOut]{}
	limit := 20
	if in.Limit != nil {
		limit = *in.Limit
	}
	var f reserve.Faults
	if in.Q == "" {
		f = append(f, reserve.Fault("q", "required"))
	} else if len(in.Q) > reserve.MaxName {
		f = append(f, reserve.Fault("q", "too-long"))
	}
	if limit < 1 || limit > 100 {
		f = append(f, reserve.Fault("limit", "out-of-range"))
	}
	if err := f.Err(); err != nil {
		return none, err
	}
	if _, err := a.Registry.Drive(c.Context(), c.PathValue("drive")); err != nil {
		return none, err
	}
	list, err := a.Registry.Search(c.Context(), c.actor, c.PathValue("drive"), in.Q.Reveal(), limit)
	return page[personOut]{Items: all(list, personIn)}, err
}

// revealedByAPI is the reason kept in the log when a program reads a person with the numbers.
const revealedByAPI = "api"

func (a *API) showPerson(c *call, _ *none) (wholeOut, error) {
	v, err := a.Registry.Show(c.Context(), c.actor, c.PathValue("id"))
	if err != nil || !reserve.May(c.actor, reserve.MayReveal) {
		return whole(v, false), err
	}
	if _, err := a.Registry.Reveal(c.Context(), c.actor, v.Person.Volunteer.ID, revealedByAPI); err != nil {
		return wholeOut{}, err
	}
	return whole(v, true), nil
}

type correctionIn struct {
	Name           *reserve.Private `json:"name,omitempty"`
	KnownAs        *reserve.Private `json:"known_as,omitempty"`
	FatherName     *reserve.Private `json:"father_name,omitempty"`
	Birth          *string          `json:"birth,omitempty" doc:"EDTF"`
	Phones         []phoneIn        `json:"phones,omitempty" doc:"Replaces all numbers."`
	Availability   *string          `json:"availability,omitempty"`
	Language       *string          `json:"language,omitempty"`
	Sex            *string          `json:"sex,omitempty"`
	Place          *string          `json:"place,omitempty"`
	PlaceWithin    string           `json:"place_within,omitempty"`
	Note           *reserve.Private `json:"note,omitempty" doc:"Is added."`
	Functions      []string         `json:"functions,omitempty" doc:"Replaces all functions."`
	Qualifications []skillIn        `json:"qualifications,omitempty" doc:"Replaces all qualifications."`
	Version        int64            `json:"version,omitempty" doc:"Of the person as it was read; another change meanwhile is then a conflict."`
}

func (a *API) correctPerson(c *call, in *correctionIn) (wholeOut, error) {
	id := c.PathValue("id")
	err := a.Registry.Correct(c.Context(), c.actor, id, registry.Correction{Name: in.Name, KnownAs: in.KnownAs, FatherName: in.FatherName, Birth: in.Birth,
		Phones: givenPhones(in.Phones), Availability: in.Availability, Language: in.Language, Sex: in.Sex, Place: in.Place, PlaceWithin: in.PlaceWithin, Note: in.Note,
		Functions: in.Functions, Qualifications: claims(in.Qualifications), Version: in.Version})
	if err != nil {
		return wholeOut{}, err
	}
	return a.showPerson(c, nil)
}

func givenPhones(list []phoneIn) []reserve.PhoneGiven {
	if list == nil {
		return nil
	}
	return all(list, phoneIn.given)
}

func claims(list []skillIn) []reserve.Claim {
	if list == nil {
		return nil
	}
	return all(list, func(s skillIn) reserve.Claim { return reserve.Claim(s) })
}

type verifyIn struct {
	Function string    `json:"function"`
	Level    int       `json:"level" doc:"1 (best) to 4"`
	Evidence string    `json:"evidence" doc:"A code: document, register, reference or test."`
	Expires  time.Time `json:"expires,omitzero" doc:"A year from now where absent."`
}

// stateOut says what became of somebody or something.
type stateOut struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func (a *API) verifyPerson(c *call, in *verifyIn) (stateOut, error) {
	id := c.PathValue("id")
	state, err := a.Registry.Verify(c.Context(), c.actor, id, registry.Verification{Function: in.Function, Level: in.Level, Evidence: in.Evidence, Expires: in.Expires})
	return stateOut{id, string(state)}, err
}

type ageIn struct {
	How   string `json:"how" doc:"document or witness"`
	Birth string `json:"birth,omitempty" doc:"EDTF, as the document shows it"`
	Age   *int   `json:"age,omitempty" doc:"As the witness says."`
}

func (a *API) settleAge(c *call, in *ageIn) (stateOut, error) {
	id := c.PathValue("id")
	state, err := a.Registry.SettleAge(c.Context(), c.actor, id, registry.Settlement{How: in.How, Birth: in.Birth, Age: in.Age})
	return stateOut{id, string(state)}, err
}

func (a *API) withdrawPerson(c *call, _ *none) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, string(reserve.Withdrawn)}, a.Registry.Withdraw(c.Context(), c.actor, id)
}

func (a *API) erasePerson(c *call, _ *none) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, string(reserve.Erased)}, a.Registry.Erase(c.Context(), c.actor, id)
}

func (a *API) unmergePerson(c *call, _ *none) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, "unmerged"}, a.Registry.Unmerge(c.Context(), c.actor, id)
}

// duplicates are the routes about pairs that may be one person.
func duplicates() []route {
	return []route{
		op("GET /api/v1/drives/{drive}/duplicates", reserve.MayDecidePairs, "List pairs that may be one person, the likeliest first", (*API).listPairs).
			with("state", "band", "cursor", "limit"),
		op("POST /api/v1/duplicates/{id}/merge", reserve.MayDecidePairs, "Make the two one person; it can be taken back", (*API).mergePair),
		op("POST /api/v1/duplicates/{id}/distinct", reserve.MayDecidePairs, "Keep the two apart for good", (*API).distinctPair),
		op("POST /api/v1/duplicates/{id}/later", reserve.MayDecidePairs, "Put the pair aside", (*API).laterPair),
	}
}

type pairOut struct {
	ID        string      `json:"id"`
	Band      string      `json:"band" enum:"almost-sure,review"`
	Score     float64     `json:"score" doc:"Probability that the two are one."`
	Reasons   []string    `json:"reasons"`
	State     string      `json:"state"`
	Newer     string      `json:"newer" doc:"Who is folded into the other by a merge."`
	People    []personOut `json:"people" doc:"The older first; on a locked node only their ids."`
	OfferedAt time.Time   `json:"offered_at"`
}

func (a *API) listPairs(c *call, _ *none) (page[pairOut], error) {
	limit, err := c.limit()
	if err != nil {
		return page[pairOut]{}, err
	}
	q, drive := c.URL.Query(), c.PathValue("drive")
	if _, err := a.Registry.Drive(c.Context(), drive); err != nil {
		return page[pairOut]{}, err
	}
	list, err := a.Registry.Pairs(c.Context(), store.PairFilter{Drive: drive, State: store.PairState(q.Get("state")), Band: store.PairBand(q.Get("band")), Actor: c.actor,
		After: q.Get("cursor"), Limit: limit + 1})
	if err != nil {
		return page[pairOut]{}, err
	}
	return pageOf(list, limit, a.pair, func(p store.Pair) string { return p.ID }), nil
}

func (a *API) pair(p store.Pair) pairOut {
	out := pairOut{ID: p.ID, Band: string(p.Band), Score: float64(p.Score) / 1e6, Reasons: all(p.Reasons, same), State: string(p.State), Newer: p.Newer, OfferedAt: store.Time(p.CreatedAt)}
	for _, id := range []string{p.Older(), p.Newer} {
		known, ok := a.Roll.Person(id)
		if !ok {
			known.Volunteer.ID = id
		}
		out.People = append(out.People, personIn(known))
	}
	return out
}

func (a *API) mergePair(c *call, _ *none) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, string(store.PairMerged)}, a.Registry.MergePair(c.Context(), c.actor, id)
}

func (a *API) distinctPair(c *call, _ *none) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, string(store.PairDistinct)}, a.Registry.Distinct(c.Context(), c.actor, id)
}

func (a *API) laterPair(c *call, _ *none) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, string(store.PairLater)}, a.Registry.Later(c.Context(), c.actor, id)
}
