package energy

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// A Calibration is the curve from load to watts of one kind of machine, as a
// real meter saw it. "go run ./tools/calibrate" makes one; the estimate uses it
// on machines with the same CPU and as many threads:
//
//	watts = Idle + Span × load^Exponent
//
// which rises all the way, straight or bent to either side. What the meter
// includes (the plug everything, RAPL the package) the estimate then includes.
type Calibration struct {
	Version    int     `json:"joulebench-calibration"` // 1
	CPU        string  `json:"cpu"`                    // as the operating system names it
	Threads    int     `json:"threads"`                // online
	Meter      string  `json:"meter"`                  // its name, see [Meter]
	MeterError float64 `json:"meter-error"`            // its stated relative error
	Date       string  `json:"date"`                   // 2026-11-28
	Points     []Point `json:"points"`

	Idle     float64 `json:"idle-watts"`
	Span     float64 `json:"span-watts"`
	Exponent float64 `json:"exponent"`

	// Relative errors at the points, each of those between the ends left out of
	// the curve that it is held against: mean, and what nine in ten do not exceed.
	MeanError float64 `json:"mean-error"`
	Error90   float64 `json:"error-90"`

	file, hash string
}

// A Point is what was measured at one load.
type Point struct {
	How   string  `json:"how"`   // "50 % of all threads", "3 threads"
	Load  float64 `json:"load"`  // measured busy share of all threads, 0 to 1
	Watts float64 `json:"watts"` // mean
}

// Watts is the power at a load, a share of all threads from 0 to 1.
func (c *Calibration) Watts(load float64) float64 {
	return c.Idle + c.Span*math.Pow(min(max(load, 0), 1), c.Exponent)
}

// differs says why the calibration is none for machines with p, or "".
func (c *Calibration) differs(p cpu) string {
	if c.CPU == p.name && c.Threads == p.threads {
		return ""
	}
	return fmt.Sprintf("it is of %q with %d threads, this is %q with %d", c.CPU, c.Threads, p.name, p.threads)
}

// CalibrationFile is where this user's calibration is kept and looked for.
func CalibrationFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("energy: no place for a calibration: %w (name a file)", err)
	}
	return filepath.Join(dir, "joulebench", "calibration.json"), nil
}

// defaultCalibration is that file if there is one, or "".
func defaultCalibration() string {
	file, err := CalibrationFile()
	if err != nil {
		return ""
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return file
}

// readCalibration reads a file, or nothing at all if it is "".
func readCalibration(file string) (*Calibration, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("calibration: %w (name another file, or make one: go run ./tools/calibrate)", err)
	}
	c, err := ParseCalibration(b)
	if err != nil {
		return nil, fmt.Errorf("calibration: %s: %w (remove the file, or make it anew: go run ./tools/calibrate)", file, err)
	}
	c.file = file
	return c, nil
}

// ParseCalibration reads what [Calibration.Encode] writes and nothing else:
// what is missing, unknown, out of bounds or edited is an error.
func ParseCalibration(b []byte) (*Calibration, error) {
	var c Calibration
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("not a calibration: %w", err)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if again, err := c.Encode(); err != nil || !bytes.Equal(again, b) {
		return nil, errors.New("it was changed after it had been written")
	}
	c.hash = fmt.Sprintf("%x", sha256.Sum256(b))[:8]
	return &c, nil
}

// Encode writes the calibration as indented JSON with a newline at its end.
func (c *Calibration) Encode() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("energy: calibration: %w", err)
	}
	b, err := json.MarshalIndent(c, "", "\t")
	return append(b, '\n'), err
}

// maxMachine is more watts than any machine draws.
const maxMachine = 1e5

func (c *Calibration) check() error {
	within := func(name string, v, lo, hi float64) error {
		if v >= lo && v <= hi {
			return nil
		}
		return fmt.Errorf("%s is %v, want %v to %v", name, v, lo, hi)
	}
	_, dated := time.Parse(time.DateOnly, c.Date)
	err := cmp.Or(
		within("joulebench-calibration", float64(c.Version), 1, 1),
		within("threads", float64(c.Threads), 1, 1e5),
		within("meter-error", c.MeterError, 0, 1),
		within("idle-watts", c.Idle, 0, maxMachine),
		within("span-watts", c.Span, 1e-6, maxMachine),
		within("exponent", c.Exponent, minExponent, maxExponent),
		within("mean-error", c.MeanError, 0, 10),
		within("error-90", c.Error90, 0, 10),
		within("the number of points", float64(len(c.Points)), minPoints, 1e4),
		dated,
	)
	if err == nil && (c.CPU == "" || c.Meter == "") {
		err = errors.New("cpu or meter is missing")
	}
	for _, p := range c.Points {
		err = cmp.Or(err, within("a load", p.Load, 0, 1), within("the watts of a point", p.Watts, 1e-6, maxMachine))
	}
	return err
}
