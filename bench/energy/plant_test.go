package energy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// A plant is a sysfs tree whose energy counters follow a known power curve on
// the clock of the test (a synctest bubble's, hence simulated).
type plant struct {
	fs.FS // the files that stand still
	began time.Time

	mu       sync.Mutex
	counters map[string]*counter     // by zone directory
	faults   map[string]func() error // by path
	contents map[string]string       // by path; stands in for what the file says
}

// A counter counts like the hardware: units of some µJ in 32 bits.
type counter struct {
	start int64 // units at the beginning
	unit  int64 // nanojoules: 61035 on Intel, 15258 on AMD
	power func(time.Duration) (joules float64)
}

const wrapUnits = 1 << 32

func (c *counter) max() int64 { return (wrapUnits - 1) * c.unit / 1000 }

func (c *counter) microjoules(d time.Duration) int64 {
	raw := (c.start + int64(c.power(d)*1e9)/c.unit) % wrapUnits
	return raw * c.unit / 1000
}

// watts is a constant draw.
func watts(w float64) func(time.Duration) float64 {
	return func(d time.Duration) float64 { return w * d.Seconds() }
}

// square draws 200 W for a minute and 50 W for the next, so 125 W on average.
func square(d time.Duration) float64 {
	whole, rest := d/(2*time.Minute), (d % (2 * time.Minute)).Seconds()
	return float64(whole)*(200*60+50*60) + 200*min(rest, 60) + 50*max(rest-60, 0)
}

// newPlant takes zones as "directory name" pairs.
func newPlant(t testing.TB, zones map[string]*counter) *plant {
	p := &plant{began: time.Now(), counters: map[string]*counter{}, faults: map[string]func() error{}, contents: map[string]string{}}
	var a txtar.Archive
	for z, c := range zones {
		dir, name, _ := strings.Cut(z, " ")
		base := path.Join(powercap, dir)
		p.counters[path.Join(base, "energy_uj")] = c
		a.Files = append(a.Files,
			txtar.File{Name: path.Join(base, "name"), Data: []byte(name + "\n")},
			txtar.File{Name: path.Join(base, "max_energy_range_uj"), Data: fmt.Appendln(nil, c.max())})
	}
	var err error
	p.FS, err = txtar.FS(&a)
	require.NoError(t, err)
	return p
}

func (p *plant) ReadFile(name string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fault := p.faults[name]; fault != nil {
		if err := fault(); err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
	}
	if s, ok := p.contents[name]; ok {
		return []byte(s), nil
	}
	if c := p.counters[name]; c != nil {
		return fmt.Appendln(nil, c.microjoules(time.Since(p.began))), nil
	}
	return fs.ReadFile(p.FS, name)
}

func (p *plant) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(p.FS, name) }

// fail makes a file fail from now on.
func (p *plant) fail(name string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[name] = func() error { return err }
}

// say makes a file say s from now on.
func (p *plant) say(name, s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contents[name] = s
}

// archive reads a tree of testdata and what its "want" file says.
func archive(t testing.TB, file string) (sys fs.FS, want string) {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	sys, err = txtar.FS(txtar.Parse(b))
	require.NoError(t, err)
	w, err := fs.ReadFile(sys, "want")
	require.NoError(t, err)
	return sys, strings.TrimSpace(string(w))
}

// fakeMachine is a machine with as much busy time as the test says.
type fakeMachine struct {
	id    cpu
	usage func() (int64, error) // busy thread-microseconds
}

func (m fakeMachine) cpu() (cpu, error) {
	if m.id.threads == 0 {
		return cpu{}, errors.New("no processor listed")
	}
	return m.id, nil
}
