package carbon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Source says what a grid emits. One of the table, or of the user's own, says
// the same at any time; a live one is asked over the network once an hour, and
// what it says then stays until the hour is over, in a file that all processes
// of the user share. Ask once a run: see [Grid.String].
type Source interface {
	// Now returns the present grid, or the reason why there is none; never
	// another grid instead.
	Now(ctx context.Context) (Grid, error)
}

// Open returns the source that spec names: what [Lookup] finds, or a live one,
//
//	electricitymaps:ZONE  Electricity Maps, with the token in ELECTRICITYMAPS_TOKEN
//	ukcarbon              Carbon Intensity API, Great Britain
//	ukcarbon:REGION       the same, one of its regions by number, 1 to 17
//
// Nothing is sent yet, so that a slip of the keyboard fails before anything is
// started. A missing token is an error here.
func Open(spec string) (Source, error) {
	w := web{client: &http.Client{CheckRedirect: stay}}
	// Without a cache the hour's grid is asked for by every process.
	if dir, err := os.UserCacheDir(); err == nil {
		w.cache = filepath.Join(dir, "joulebench", "grid")
	}
	return w.open(spec)
}

func (w web) open(spec string) (Source, error) {
	spec = strings.TrimSpace(spec)
	if !strings.Contains(spec, "=") { // else it is a name that the user gave
		scheme, arg, colon := strings.Cut(spec, ":")
		switch {
		case strings.EqualFold(scheme, "electricitymaps"):
			return w.electricityMaps(arg, os.Getenv("ELECTRICITYMAPS_TOKEN"))
		case strings.EqualFold(scheme, "ukcarbon"):
			return w.ukCarbon(arg, colon)
		}
	}
	g, err := Lookup(spec)
	if err != nil {
		return nil, err
	}
	return g, nil
}

// stay is a CheckRedirect. A token in a header of its own would be taken along
// to wherever a redirect leads.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// live is a Source that asks a server.
type live struct {
	web
	spec    string                            // that it was opened by; its cache is kept under it
	url     string                            // what is asked
	header  http.Header                       // with what, besides the usual
	read    func(body []byte) (Grid, error)   // the grid of a good answer
	refusal func(status int) (because string) // what a status of 400 to 499 means here
	instead string                            // code of the table's grid that is nearest
}

// Now returns the grid of this hour.
func (l live) Now(ctx context.Context) (Grid, error) {
	hour := time.Now().UTC().Truncate(time.Hour)
	if g, ok := l.cached(hour); ok {
		return g, nil
	}
	g, err := l.ask(ctx)
	if err != nil {
		return Grid{}, fmt.Errorf("carbon: grid %s: %w (no other grid is put in its place; without it there are the year's average, -grid %s, and a figure of your own, -grid 'my site=NUMBER')",
			l.spec, err, l.instead)
	}
	l.keep(hour, g)
	return g, nil
}

func (l live) ask(ctx context.Context) (Grid, error) {
	body, err := l.get(ctx)
	if err != nil {
		return Grid{}, err
	}
	g, err := l.read(body)
	if err == nil {
		err = plausible(g, time.Now())
	}
	if err != nil {
		return Grid{}, fmt.Errorf("%s answered what cannot be used: %w", l.url, err)
	}
	return g, nil
}

// What a live grid may be.
const (
	// The worst of the table's grids is at 1306 gCO2e/kWh.
	most = 2000
	// Sources lag by an hour or two. An older figure is not what is used now.
	oldest = 3 * time.Hour
	// Clocks differ, and a period may be named before it begins.
	ahead = time.Hour
)

// plausible refuses what no grid emits, what is not of now, and what would
// spoil the config line.
func plausible(g Grid, now time.Time) error {
	if !(g.Intensity > 0 && g.Intensity <= most) {
		return fmt.Errorf("%v gCO2/kWh: want a number above 0 (which would make every joule free) up to %v", g.Intensity, most)
	}
	if age := now.Sub(g.Time); age > oldest || age < -ahead {
		return fmt.Errorf("it is of %s, and this machine's clock says %s", g.Time.UTC().Format(minute), now.UTC().Format(minute))
	}
	hidden := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	if g.Code == "" || g.Source == "" || strings.ContainsFunc(g.Code+g.Name+g.Source, hidden) {
		return errors.New("a name that cannot be printed")
	}
	return nil
}

// intensity returns what a field of an answer says. A missing one, or null, is
// not 0.
func intensity(v *float64) (float64, error) {
	if v == nil {
		return 0, errors.New("it has no intensity")
	}
	return *v, nil
}
