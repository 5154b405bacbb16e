package energy

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Exponents that are tried: from a machine that takes most of its power for
// its first thread to one that takes it for the last.
const (
	minExponent  = 0.2
	maxExponent  = 3
	exponentStep = 0.05

	minPoints = 5 // two more than the curve has coefficients
)

// Fit puts the curve of least squared relative errors through the points, and
// fills in Idle, Span, Exponent, MeanError and Error90.
func (c *Calibration) Fit() error {
	if len(c.Points) < minPoints {
		return fmt.Errorf("energy: fitting a curve: %d points, want %d or more", len(c.Points), minPoints)
	}
	loads := make([]float64, len(c.Points))
	for i, p := range c.Points {
		loads[i] = p.Load
	}
	lo, hi := slices.Min(loads), slices.Max(loads)
	if !(hi-lo >= 0.5) {
		return fmt.Errorf("energy: fitting a curve: loads from %.0f to %.0f %%, want a half of the machine between them "+
			"(is other work running, or is there a CPU limit?)", 100*lo, 100*hi)
	}
	var err error
	if c.Idle, c.Span, c.Exponent, err = fit(c.Points); err != nil {
		return fmt.Errorf("energy: fitting a curve: %w", err)
	}
	errs := make([]float64, len(c.Points))
	c.MeanError = 0
	for i, p := range c.Points {
		o := *c
		// Without an end the curve would be asked for loads outside of its
		// own, which never happens to it in use.
		if p.Load != lo && p.Load != hi {
			rest := slices.Delete(slices.Clone(c.Points), i, i+1)
			if o.Idle, o.Span, o.Exponent, err = fit(rest); err != nil {
				return fmt.Errorf("energy: fitting a curve without the point of %s: %w", p.How, err)
			}
		}
		errs[i] = math.Abs(p.Watts/o.Watts(p.Load) - 1)
		c.MeanError += errs[i] / float64(len(errs))
	}
	slices.Sort(errs)
	c.Error90 = errs[(len(errs)*9+9)/10-1]
	return nil
}

// fit finds the best line in load^exponent for each exponent.
func fit(points []Point) (idle, span, exponent float64, err error) {
	best := math.Inf(1)
	for n := 0; ; n++ {
		e := math.Round(100*(minExponent+float64(n)*exponentStep)) / 100
		if e > maxExponent {
			break
		}
		i, s, loss := line(points, e)
		if loss < best {
			best, idle, span, exponent = loss, i, s, e
		}
	}
	if !(span > 0) {
		return 0, 0, 0, errors.New("the watts do not rise with the load (is it this machine that the meter measures?)")
	}
	return idle, span, exponent, nil
}

// line minimises the sum of ((idle + span × load^e) / watts − 1)², where idle
// may not be negative.
func line(points []Point, e float64) (idle, span, loss float64) {
	var s11, s1x, sxx, s1, sx float64
	for _, p := range points {
		u, x := 1/p.Watts, math.Pow(p.Load, e)/p.Watts
		s11, s1x, sxx, s1, sx = s11+u*u, s1x+u*x, sxx+x*x, s1+u, sx+x
	}
	// Loads that differ, which Fit sees to, make this more than 0.
	d := s11*sxx - s1x*s1x
	idle, span = (s1*sxx-sx*s1x)/d, (sx*s11-s1*s1x)/d
	if idle < 0 {
		idle, span = 0, sx/sxx
	}
	for _, p := range points {
		r := (idle+span*math.Pow(p.Load, e))/p.Watts - 1
		loss += r * r
	}
	return idle, span, loss
}
