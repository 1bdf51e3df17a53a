package web

import (
	"bytes"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"muster/internal/channel/bundle"
	"muster/internal/gazetteer"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/testkit"
)

// chosen is the form of the page that shows a file, as a browser would send it back.
func chosen(p page) url.Values {
	f := url.Values{}
	for _, m := range regexp.MustCompile(`name="heading-(\d+)" value="([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
		f.Set("heading-"+m[1], m[2])
		part := p.body[strings.Index(p.body, `id="col-`+m[1]+`"`):]
		part = part[:strings.Index(part, "</select>")]
		if s := regexp.MustCompile(`value="([a-z_]+)" selected`).FindStringSubmatch(part); s != nil {
			f.Set("field-"+m[1], s[1])
		}
	}
	return f
}

func TestASheetIsLookedAtBeforeItIsKept(t *testing.T) {
	s := newOpenSite(t)
	b := s.as(reserve.RoleCoordinator)
	upload := "/console/d/" + s.drive.Code + "/import"
	b.get(upload).want(t, http.StatusOK, `type="file"`)
	b.upload(upload, "file", nil).to(t)
	file := "Nom;Telephone;Naissance;Commune;Fonction;Remarque\n" +
		"Amina Oumarou;90123456;12/04/1998;Gaya;medical;<b>x</b>\n" +
		"Salou Issa;96112233;03/05/1990;Gaya;medical;\n" +
		"Rabi Ali;12;25/12/1985;Gaya;medical;\n"
	at := b.upload(upload, "file", []byte(file)).to(t)
	p := b.get(at)
	p.want(t, http.StatusOK, "What stands in each column", "Amina Oumarou", `<option value="phone" selected`, "What would happen")
	if got := len(s.registrations()); got != 0 {
		t.Fatalf("looking has kept %d registrations", got)
	}
	stranger := s.as(reserve.RoleCoordinator)
	stranger.get(at).want(t, http.StatusNotFound)

	form := chosen(p)
	form.Set("do", "look")
	b.post(at, form).to(t)
	form.Set("do", "keep")
	b.post(at, form).to(t)
	b.get(at).want(t, http.StatusOK, "Imported", "Refused rows", "Line 4")
	refused := b.get(at + "/refused")
	if !strings.Contains(refused.body, "Rabi Ali") || strings.Contains(refused.body, "Amina") {
		t.Errorf("refused rows: got %q", refused.body)
	}
	s.openAll()
	if got := len(s.volunteers()); got != 2 {
		t.Errorf("got %d people, want 2", got)
	}
	undo := regexp.MustCompile(`action="(` + upload + `/undo/[^"]+)"`).FindStringSubmatch(b.get(upload).body)
	if undo == nil {
		t.Fatal("the import cannot be undone")
	}
	b.post(undo[1], nil).to(t)
	b.get(upload).want(t, http.StatusOK, "Taken back")
	s.clock.Add(stagedFor)
	s.as(reserve.RoleCoordinator).get(at).want(t, http.StatusNotFound)
	if strings.Contains(s.log.String(), "Amina") {
		t.Error("a name is in the log")
	}
}

func TestADateThatReadsInTwoWaysIsAskedFor(t *testing.T) {
	s := newOpenSite(t)
	b := s.as(reserve.RoleOwner)
	file := "Nom;Telephone;Naissance;Fonction\nAmina Oumarou;90123456;03/04/1998;medical\n"
	at := b.upload("/console/d/"+s.drive.Code+"/import", "file", []byte(file)).to(t)
	p := b.get(at)
	p.want(t, http.StatusOK, "can be read in two ways", `name="dates"`)
	p.lacks(t, `value="keep"`)
	order := regexp.MustCompile(`name="dates" value="([^"]+)"`).FindStringSubmatch(p.body)[1]
	form := chosen(p)
	form.Set("dates", order)
	b.post(at, form).to(t)
	b.get(at).want(t, http.StatusOK, `value="keep"`)
}

// TestABundleIsCarriedIn takes in what a laptop without a network has registered, once a person has compared its key.
func TestABundleIsCarriedIn(t *testing.T) {
	s := newOpenSite(t)
	owner := reserve.Actor{Kind: reserve.ActorStaff, ID: "S1", Role: reserve.RoleOwner}
	text, err := s.hub.Kit(t.Context(), owner, "gaya-laptop", "gaya")
	check(t, err)
	kit, err := bundle.ParseKit(text)
	check(t, err)
	at := testkit.OpenStore(t, filepath.Join(t.TempDir(), "field.db"), "gaya-laptop")
	node := bundle.NewNode(bundle.NodeConfig{Store: at, Key: seal.NewNodeKey(), Kit: kit, Now: s.clock.Now})
	g, err := gazetteer.Load()
	check(t, err)
	field := &site{t: t, store: at, drive: s.drive}
	field.registry = registry.New(registry.Config{Store: at, Keyring: testkit.Keyring(t), Vault: seal.NewVault(kit.Door), Intake: at.NewIntake(kit.Intake), Roll: roll.New(), Gazetteer: g, Now: s.clock.Now})
	field.putDrive("open")
	_, err = field.registry.Apply(t.Context(), reserve.Self(), reserve.Application{Drive: s.drive.Code, Channel: reserve.ChannelWeb, Ref: strings.Repeat("r", 22), Site: "gaya",
		Name: "Amina Oumarou", Birth: "1998", Phones: []reserve.PhoneGiven{{Number: "90123456"}}, Functions: []string{"medical"}})
	check(t, err)
	var file bytes.Buffer
	_, err = node.Seal(t.Context(), &file)
	check(t, err)

	b := s.as(reserve.RoleOwner)
	b.get("/console/nodes").want(t, http.StatusOK, "No field node")
	b.upload("/console/nodes/bundle", "bundle", []byte("nonsense")).want(t, http.StatusUnprocessableEntity, `class="faults"`)
	b.upload("/console/nodes/bundle", "bundle", file.Bytes()).want(t, http.StatusForbidden, "Compare the fingerprint")
	p := b.get("/console/nodes")
	p.want(t, http.StatusOK, "Waits for trust", "gaya-laptop")
	s.as(reserve.RoleCoordinator).post("/console/nodes/"+node.ID(), url.Values{"do": {"trust"}}).want(t, http.StatusForbidden)
	b.post("/console/nodes/"+node.ID(), url.Values{"do": {"trust"}}).to(t)
	b.upload("/console/nodes/bundle", "bundle", file.Bytes()).want(t, http.StatusOK, "1 records, 1 of them new", "data:application/octet-stream")
	b.upload("/console/nodes/bundle", "bundle", file.Bytes()).want(t, http.StatusOK, "1 records, 0 of them new")
	b.get("/console/d/"+s.drive.Code).want(t, http.StatusOK, "Last contact", "Undelivered "+strconv.Itoa(0))
	b.post("/console/nodes/"+node.ID(), url.Values{"do": {"revoke"}}).to(t)
	b.upload("/console/nodes/bundle", "bundle", file.Bytes()).want(t, http.StatusForbidden, `class="faults"`)
}
