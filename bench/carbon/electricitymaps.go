package carbon

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

var zoneForm = regexp.MustCompile(`^[A-Z]{2,3}(-[A-Z0-9]+)*$`)

// electricityMaps is the newest hour of a zone of Electricity Maps, version 4
// of its API (app.electricitymaps.com/docs, read 2026-11-28; version 3, which
// has the same fields, is called legacy). It is of what is consumed, imports
// included, with the emission factors of a whole life cycle, as the table's
// are; direct ones would be lower and are not asked for.
func (w web) electricityMaps(zone, token string) (Source, error) {
	zone, token = strings.ToUpper(zone), strings.TrimSpace(token)
	if !zoneForm.MatchString(zone) {
		return nil, fmt.Errorf("carbon: grid electricitymaps:%.40q: want electricitymaps:ZONE, with a zone such as FR or US-CAL-CISO (app.electricitymaps.com shows them)", zone)
	}
	spec := "electricitymaps:" + zone
	country, _, _ := strings.Cut(zone, "-")
	instead := World
	if g, err := Lookup(country); err == nil {
		instead = g.Code
	}
	if token == "" {
		return nil, fmt.Errorf("carbon: grid %s: ELECTRICITYMAPS_TOKEN is not set: put the token there that app.electricitymaps.com gives, or use the year's average, -grid %s", spec, instead)
	}
	q := url.Values{
		"zone":                {zone},
		"emissionFactorType":  {"lifecycle"},
		"temporalGranularity": {"hourly"},
		// Else it would answer for where the caller's address seems to be, if it does not know the zone.
		"disableCallerLookup": {"true"},
	}
	return live{
		web:     w,
		spec:    spec,
		url:     "https://api.electricitymaps.com/v4/carbon-intensity/latest?" + q.Encode(),
		header:  http.Header{"Auth-Token": {token}},
		read:    func(body []byte) (Grid, error) { return readElectricityMaps(body, zone) },
		instead: instead,
		refusal: func(status int) string {
			switch status {
			case http.StatusUnauthorized, http.StatusForbidden:
				return "it refuses the token in ELECTRICITYMAPS_TOKEN, or the token is for another zone (a free one is for a single zone)"
			case http.StatusNotFound:
				return "it has no zone " + zone + ", or nothing recent of it"
			}
			return ""
		},
	}, nil
}

func readElectricityMaps(body []byte, zone string) (Grid, error) {
	var a struct {
		Zone               string
		CarbonIntensity    *float64 // gCO2eq/kWh
		Datetime           time.Time
		EmissionFactorType string
		IsEstimated        bool // no measurement yet: a model of theirs
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return Grid{}, err
	}
	v, err := intensity(a.CarbonIntensity)
	switch {
	case err != nil:
		return Grid{}, err
	case a.Zone != zone:
		return Grid{}, fmt.Errorf("it is of zone %q", a.Zone)
	case a.EmissionFactorType != "lifecycle":
		return Grid{}, fmt.Errorf("its emission factors are %q, not of the life cycle", a.EmissionFactorType)
	case a.Datetime.IsZero():
		return Grid{}, errors.New("it has no time")
	}
	source := "Electricity Maps, lifecycle"
	if a.IsEstimated {
		source += ", estimated"
	}
	return Grid{Code: zone, Name: "zone " + zone, Time: a.Datetime.UTC(), Intensity: v, Source: source}, nil
}
