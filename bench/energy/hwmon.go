package energy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"
)

const (
	// inaError is assumed for the input of a Jetson module. The chip itself is
	// better (INA3221 datasheet: gain within 0.25 %, offset within 80 µV of
	// shunt voltage); its shunt and what lies between two samples are not known.
	inaError = 0.10

	// sviError is assumed for zenpower. The CPU is told its current by the
	// mainboard, in a scale that the board's maker sets: 95 to 105 % is in
	// order, boards that tell 70 % of the truth were reported (The Stilt and
	// others, hwinfo.com/forum/threads/6456, 2020-06), and there the truth is
	// 43 % above the reading. Rails other than core and SoC are outside.
	sviError = 0.50

	// namedError is assumed for channels that the user names: we know neither
	// the chip nor what it measures.
	namedError = 0.25

	// maxPower keeps garbage out, in microwatts: 100 kW are more than a rack draws.
	maxPower = 1e11
)

// hwmon sums sensors of the kernel's hardware monitoring: energy counters as
// they are, power readings by their integral.
//
// With samples a second apart an integral is only as good as the load is steady:
// on programs of some seconds 1 Hz was up to 80 % off, where 350 Hz was
// not (arXiv 2206.10377, Odroid-XU4, 2022). Over a long window the errors
// cancel out; that is what Period warns of.
type hwmon struct {
	sys    fs.FS
	name   string
	error  float64
	period time.Duration

	mu       sync.Mutex
	channels []*channel
	last     []Energy  // of each energy channel
	at       time.Time // of the last reading
	total    Energy    // of the energy channels
	powers   bool
	integral integral // of the sum of the power channels
}

// openHwmon opens the channels that arg names, "CHIP/CHANNEL[+CHANNEL]", or those
// of a chip that is known.
func openHwmon(sys fs.FS, arg string) (*hwmon, error) {
	chips, err := chips(sys)
	if err != nil {
		return nil, err
	}
	m := &hwmon{sys: sys, error: namedError, name: "hwmon:" + arg}
	if arg != "" {
		m.channels, err = named(chips, arg)
	} else {
		m.channels, m.error, err = known(sys, chips)
		if err == nil {
			m.name = "hwmon:" + m.channels[0].chip.name + "/" + strings.Join(titles(m.channels), "+")
		}
	}
	if err != nil {
		return nil, err
	}
	for _, c := range m.channels {
		p, err := c.period(sys)
		if err != nil {
			return nil, err
		}
		m.period = max(m.period, p)
		m.powers = m.powers || !c.counts()
	}
	m.last = make([]Energy, len(m.channels))
	m.at = time.Now()
	power, _, err := m.read(m.last)
	if err != nil {
		return nil, err
	}
	m.integral.add(m.at, power)
	return m, nil
}

func (m *hwmon) Name() string          { return m.name }
func (m *hwmon) Error() float64        { return m.error }
func (m *hwmon) Period() time.Duration { return m.period }

// Read adds to the total what each counter has counted since the last reading,
// and the integral of the powers. If any channel fails, nothing is added.
func (m *hwmon) Read(ctx context.Context) (Energy, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("hwmon: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	raw := make([]Energy, len(m.channels))
	power, now, err := m.read(raw)
	if err != nil {
		return 0, err
	}
	elapsed := now.Sub(m.at)
	m.at = now
	var sum Energy
	var impossible error
	for i, c := range m.channels {
		d := raw[i] - m.last[i]
		// hwmon tells no range. 63 bits of µJ last for 146 years at 2 kW, so
		// what looks like a wrap is a reset, or a counter of fewer bits.
		if d < 0 || d > most(elapsed) {
			impossible = errors.Join(impossible, c.fail(c.files[0], fmt.Errorf(
				"went from %d to %d µJ in %v: the counter was reset, stepped back, or is too narrow", m.last[i], raw[i], elapsed.Round(time.Millisecond))))
		}
		m.last[i] = raw[i]
		sum += d
	}
	if impossible != nil {
		return 0, impossible
	}
	m.total += sum
	if !m.powers {
		return m.total, nil
	}
	return m.total + m.integral.add(now, power), nil
}

// read reads every channel: counters into raw, powers into their sum in
// microwatts. Single rails may be a little below 0, by the noise of their
// sensor; all of them together may not.
func (m *hwmon) read(raw []Energy) (power int64, now time.Time, err error) {
	now = time.Now()
	for i, c := range m.channels {
		v, err := c.read(m.sys)
		if err != nil {
			return 0, now, err
		}
		if c.counts() {
			raw[i] = Energy(v)
		} else {
			power += v
		}
	}
	if power < 0 {
		return 0, now, fmt.Errorf("hwmon: %s: %d µW in all: power flows backwards (is something being charged, or a shunt wired the other way round?)",
			strings.Join(titles(m.channels), "+"), power)
	}
	return power, now, nil
}
