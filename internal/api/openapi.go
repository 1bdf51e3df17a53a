package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"muster/internal/reserve"
)

// registrationIn describes the body of a registration. The decoder of that route is written by hand for speed; a test holds
// the two together.
type registrationIn struct {
	Ref            string          `json:"ref" minLength:"16" doc:"The sender's own reference, 16 random bytes or more; any text with a device token. The same reference and content gives the same answer again."`
	Name           reserve.Private `json:"name" maxLength:"200"`
	KnownAs        reserve.Private `json:"known_as,omitempty" maxLength:"200"`
	FatherName     reserve.Private `json:"father_name,omitempty" maxLength:"200"`
	Birth          string          `json:"birth,omitempty" doc:"EDTF: 1998-04-12, 1998-04, 1998, 1998~ (about); absent is unknown."`
	Age            *int            `json:"age,omitempty"`
	Phones         []phoneIn       `json:"phones,omitempty" maxItems:"4" doc:"A text, or an object that says whose number it is."`
	Availability   string          `json:"availability,omitempty" doc:"any, days, nights, weekends, or free text"`
	Language       string          `json:"language,omitempty"`
	Place          string          `json:"place,omitempty" doc:"A P-code, or the name of a place."`
	PlaceWithin    string          `json:"place_within,omitempty" doc:"A department or region that tells two places of one name apart."`
	Sex            string          `json:"sex,omitempty" enum:"f,m,"`
	Note           reserve.Private `json:"note,omitempty" maxLength:"500"`
	Site           string          `json:"site,omitempty"`
	Functions      []string        `json:"functions" maxItems:"20"`
	Qualifications []skillIn       `json:"qualifications,omitempty"`
	Consents       []consentIn     `json:"consents,omitempty"`
}

type consentIn struct {
	Recipient string `json:"recipient"`
	Purpose   string `json:"purpose"`
	Wording   int    `json:"wording" doc:"The version of the text that the person saw."`
}

type receiptOut struct {
	Receipt string `json:"receipt" doc:"A label that opens nothing."`
	State   string `json:"state" enum:"received,pending-age"`
	Me      string `json:"me" doc:"The path of the person's own page: a secret."`
}

// Schema lets an OpenAPI document say that a number is a text or an object.
func (phoneIn) Schema(r huma.Registry) *huma.Schema {
	type phoneObject phoneIn
	return &huma.Schema{OneOf: []*huma.Schema{{Type: "string"}, r.Schema(reflect.TypeFor[phoneObject](), true, "")}}
}

// Schema lets an OpenAPI document say that a qualification is a text or an object.
func (skillIn) Schema(r huma.Registry) *huma.Schema {
	type skillObject skillIn
	return &huma.Schema{OneOf: []*huma.Schema{{Type: "string"}, r.Schema(reflect.TypeFor[skillObject](), true, "")}}
}

const problemType = "application/problem+json"

// document describes every route as OpenAPI 3.1, from the table that serves them.
func document(routes []route) ([]byte, error) {
	types := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Muster", Version: "1", Description: "Registrations, people, call-ups, hand-overs and the log. Every fault of a request is told at once, " +
			"as problem+json in the language of Accept-Language. Lists are paged by cursor and limit."},
		Components: &huma.Components{Schemas: types, SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}}},
	}
	fault := &huma.Response{Description: "Every fault of the request", Content: map[string]*huma.MediaType{problemType: {Schema: types.Schema(reflect.TypeFor[problem](), true, "Problem")}}}
	answer := &huma.MediaType{Schema: types.Schema(reflect.TypeFor[receiptOut](), true, "Receipt")}
	doc.AddOperation(&huma.Operation{
		Method: "POST", Path: strings.TrimPrefix(registrationRoute, "POST "), OperationID: "register", Tags: []string{"registrations"},
		Summary: "Register somebody; no sign-in is needed, a device token scopes references to its account",
		Parameters: []*huma.Param{{Name: "drive", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}},
			{Name: "Accept-Language", In: "header", Schema: &huma.Schema{Type: "string"}}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: types.Schema(reflect.TypeFor[registrationIn](), true, "Registration")}}},
		Responses: map[string]*huma.Response{"201": {Description: "Taken", Content: map[string]*huma.MediaType{"application/json": answer}},
			"200": {Description: "The repeat of one that was taken", Content: map[string]*huma.MediaType{"application/json": answer}},
			"400": fault, "403": fault, "404": fault, "409": fault, "413": fault, "415": fault, "422": fault, "429": fault, "503": fault},
	})
	for _, rt := range routes {
		doc.AddOperation(rt.described(types, fault))
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return out, nil
}

// described is a route as an operation.
func (rt route) described(types huma.Registry, fault *huma.Response) *huma.Operation {
	method, path, _ := strings.Cut(rt.pattern, " ")
	op := &huma.Operation{Method: method, Path: path, OperationID: operationID(method, path), Summary: rt.says, Tags: []string{tagOf(path)},
		Description: "Needs the right " + string(rt.right) + ".", Security: []map[string][]string{{"bearer": {}}}, Responses: map[string]*huma.Response{}}
	for _, part := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			op.Parameters = append(op.Parameters, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
		}
	}
	for _, q := range rt.query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: q, In: "query", Schema: &huma.Schema{Type: "string"}})
	}
	if method == http.MethodPost && !rt.upload {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "The same key and body gives the first answer again, for a day."})
	}
	if rt.in != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: types.Schema(rt.in, true, rt.in.Name())}}}
	}
	if rt.upload {
		file := &huma.Schema{Type: "string", Format: "binary"}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"text/csv": {Schema: file},
			"multipart/form-data": {Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"file": file}}}}}
	}
	done := &huma.Response{Description: "Done", Content: map[string]*huma.MediaType{}}
	switch {
	case rt.kind != "":
		done.Content[rt.kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	case rt.out != nil && rt.out.Kind() != reflect.Interface:
		done.Content["application/json"] = &huma.MediaType{Schema: types.Schema(rt.out, true, rt.out.Name())}
	default:
		done.Content["application/json"] = &huma.MediaType{Schema: &huma.Schema{Type: "object"}}
	}
	op.Responses[strconv.Itoa(rt.status)] = done
	for _, status := range []string{"401", "403", "404", "422", "503"} {
		op.Responses[status] = fault
	}
	return op
}

// operationID names a route: "post-volunteers-verify".
func operationID(method, path string) string {
	parts := slices.DeleteFunc(strings.Split(strings.TrimPrefix(path, "/api/v1/"), "/"), func(p string) bool { return strings.HasPrefix(p, "{") })
	return strings.ToLower(method) + "-" + strings.Join(parts, "-") + suffixOf(path)
}

// suffixOf tells a list from one of its items.
func suffixOf(path string) string {
	if strings.HasSuffix(path, "}") {
		return "-one"
	}
	return ""
}

// tagOf is the thing a route is about.
func tagOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/api/v1/"), "/")
	if parts[0] == "drives" && len(parts) > 2 {
		return parts[2]
	}
	return parts[0]
}
