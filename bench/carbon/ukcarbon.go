package carbon

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const gb = "https://api.carbonintensity.org.uk"

// ukCarbon is the present half-hour of the Carbon Intensity API of the National
// Energy System Operator (carbon-intensity.github.io/api-definitions, read
// 2026-11-28; CC BY 4.0), which is of Great Britain: Northern Ireland is on the
// grid of Ireland. It counts CO2 of generation only, with imports and losses in
// the network (its methodology, May 2024: wind, sun, water and nuclear are 0),
// so it lies below the table's figures, which are of a whole life cycle, and is
// not to be compared with them. Regions have forecasts only.
func (w web) ukCarbon(region string, colon bool) (Source, error) {
	l := live{
		web: w, spec: "ukcarbon", url: gb + "/intensity", instead: "GBR", header: http.Header{},
		read:    readUKCarbon,
		refusal: func(int) string { return "" },
	}
	if colon {
		id, err := strconv.Atoi(region)
		if err != nil || id < 1 || id > 17 {
			return nil, fmt.Errorf("carbon: grid ukcarbon:%.40q: want ukcarbon for Great Britain, or ukcarbon:REGION with 1 to 17, such as 13 for London (carbon-intensity.github.io/api-definitions/#region-list)", region)
		}
		l.spec = fmt.Sprintf("ukcarbon:%d", id)
		l.url = fmt.Sprintf("%s/regional/regionid/%d", gb, id)
		l.read = func(body []byte) (Grid, error) { return readUKRegion(body, id) }
	}
	return l, nil
}

// A halfHour is the object that all answers of this API are made of.
type halfHour struct {
	From      halfHourTime
	Intensity struct{ Forecast, Actual *float64 } // gCO2/kWh
}

type halfHourTime struct{ time.Time }

func (t *halfHourTime) UnmarshalJSON(b []byte) (err error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t.Time, err = time.Parse(minute, s)
	return err
}

// grid prefers what was metered to what was forecast. Both are on offer only
// when a half-hour nears its end.
func (h halfHour) grid() (Grid, error) {
	which, v := "actual", h.Intensity.Actual
	if v == nil {
		which, v = "forecast", h.Intensity.Forecast
	}
	n, err := intensity(v)
	if err != nil {
		return Grid{}, err
	}
	if h.From.IsZero() {
		return Grid{}, errors.New("it has no time")
	}
	return Grid{Code: "GB", Name: "Great Britain", Time: h.From.Time, Intensity: n, CO2Only: true,
		Source: "Carbon Intensity API, " + which + ", direct"}, nil
}

func readUKCarbon(body []byte) (Grid, error) {
	var a struct{ Data []halfHour }
	if err := json.Unmarshal(body, &a); err != nil {
		return Grid{}, err
	}
	if len(a.Data) != 1 {
		return Grid{}, fmt.Errorf("it has %d half-hours, want the present one", len(a.Data))
	}
	return a.Data[0].grid()
}

func readUKRegion(body []byte, id int) (Grid, error) {
	var a struct {
		Data []struct {
			RegionID  int
			ShortName string
			Data      []halfHour
		}
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return Grid{}, err
	}
	switch {
	case len(a.Data) != 1 || len(a.Data[0].Data) != 1:
		return Grid{}, errors.New("it has not the present half-hour of one region")
	case a.Data[0].RegionID != id:
		return Grid{}, fmt.Errorf("it is of region %d", a.Data[0].RegionID)
	}
	g, err := a.Data[0].Data[0].grid()
	if err != nil {
		return Grid{}, err
	}
	g.Code, g.Name = fmt.Sprintf("GB region %d", id), a.Data[0].ShortName+", Great Britain"
	return g, nil
}
