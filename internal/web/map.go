package web

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strconv"

	"muster/internal/gazetteer"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// mapLeast is the least number of people a place shows: fewer could be known by name to whoever looks.
const mapLeast = 5

// mapView is a drive's people by place.
type mapView struct {
	desk
	Dots      []dot
	Names     []dot // of the regions' towns
	Regions   []dot
	Elsewhere int64 // whose place is not known, or abroad
	width     float64
	height    float64
}

// dot is a place with its people and where it lies on the drawing.
type dot struct {
	Code, Name string
	Count      int64
	x, y, r    string
}

func (v mapView) box() string { return "0 0 " + px(v.width) + " " + px(v.height) }

// few writes a count, or that it is too small to be told.
func (v mapView) few(n int64) string {
	if n > 0 && n < mapLeast {
		return "< " + strconv.Itoa(mapLeast)
	}
	return v.Number(n)
}

// places counts people by commune and by region, as far as the reader's scope goes.
func (w *Web) placeCounts(v desk) (communes, regions map[string]int64, elsewhere int64) {
	communes, regions = map[string]int64{}, map[string]int64{}
	w.Roll.Each(v.Drive.Code, func(p *roll.Person) bool {
		if !p.Volunteer.State.Counted() || !reserve.InScope(v.By.Actor, p.Volunteer.Site, p.Facts.Functions) {
			return true
		}
		around := w.Gazetteer.Parents(p.Facts.Place)
		if len(around) == 0 {
			elsewhere++
			return true
		}
		communes[p.Facts.Place]++
		regions[around[len(around)-1].Code]++
		return true
	})
	return communes, regions, elsewhere
}

func (w *Web) mapPage(rw http.ResponseWriter, r *http.Request, v desk) error {
	if !v.Ready {
		return &reserve.Error{Kind: reserve.Locked, Code: "locked"}
	}
	v.Section = "map"
	m := mapView{desk: v, width: 620}
	communes, regions, elsewhere := w.placeCounts(v)
	m.Elsewhere = elsewhere
	project := m.frame(w.Gazetteer, v.Drive.Country)
	for code, n := range communes {
		if n < mapLeast {
			continue
		}
		lat, lon, of := w.Gazetteer.PointAround(code)
		if of.Code == "" {
			continue
		}
		x, y := project(lat, lon)
		m.Dots = append(m.Dots, dot{Code: code, Name: w.label(code), Count: n, x: px(x), y: px(y), r: px(4 + 1.4*math.Sqrt(float64(n)))})
	}
	slices.SortFunc(m.Dots, func(a, b dot) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code)) })
	for _, region := range w.Gazetteer.Regions(v.Drive.Country) {
		m.Regions = append(m.Regions, dot{Code: region.Code, Name: region.Name, Count: regions[region.Code]})
		if lat, lon, ok := w.Gazetteer.Point(region.Code); ok {
			x, y := project(lat, lon)
			m.Names = append(m.Names, dot{Name: region.Name, x: px(x), y: px(y - 6)})
		}
	}
	slices.SortFunc(m.Regions, func(a, b dot) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return render(rw, r, http.StatusOK, mapPage(m))
}

func (w *Web) label(code string) string {
	p, _ := w.Gazetteer.ByCode(code)
	return gazetteer.Label(p)
}

// frame fits the known towns of a country into the drawing. At these latitudes a plain projection bends nothing that an
// organiser would notice.
func (v *mapView) frame(g *gazetteer.Gazetteer, country string) func(lat, lon float64) (x, y float64) {
	south, north, west, east := 90.0, -90.0, 180.0, -180.0
	for _, p := range g.Communes(country) {
		if lat, lon, ok := g.Point(p.Code); ok {
			south, north, west, east = min(south, lat), max(north, lat), min(west, lon), max(east, lon)
		}
	}
	if south > north {
		south, north, west, east = -35, 38, -18, 52
	}
	const margin = 26
	squeeze := math.Cos((south + north) / 2 * math.Pi / 180)
	scale := (v.width - 2*margin) / ((east - west) * squeeze)
	v.height = (north-south)*scale + 2*margin
	return func(lat, lon float64) (x, y float64) {
		return margin + (lon-west)*squeeze*scale, margin + (north-lat)*scale
	}
}
