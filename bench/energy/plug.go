package energy

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// maxWall is more than any socket delivers: three phases of 32 A at 250 V.
const maxWall = 25_000

// plugSlack is by how much a plug's counter and its watts may always disagree:
// two steps of the coarsest counter (Tasmota's 3.6 kJ) and what a machine may
// draw between two readings and not be seen drawing.
const plugSlack = 10_000 * Joule

// counterRests is longer than a counter stands still under load: some add up once a minute.
const counterRests = 130 * time.Second

// plugLate is when a reading comes late: a second of polling and a request that takes all its time.
const plugLate = 3 * time.Second

// plugStale is how long a plug's clock of whole seconds may stand still.
const plugStale = 5 * time.Second

// plug is a wall plug with a meter. It measures the whole machine at the wall:
// power supply, fans, disks and screen are inside, and the losses of a charger
// and what a battery takes in are too, so take a laptop's battery out or have
// it full. It is another joule than RAPL's.
//
// The counters of such plugs move in steps of 3.6 J to 3.6 kJ, some of them once
// a minute, which is too coarse for short windows; their watts are new
// every second, but nobody sees what happens between two readings. So the counter
// says how much was used up to its last step, and the watts what came after it.
// What has been told is never taken back: the total waits for the counter.
type plug struct {
	name     string
	relative float64
	ask      func(context.Context) (status, error)

	mu           sync.Mutex
	at           time.Time // of the last reading
	last         status    // then
	ticked       time.Time // when the plug's clock moved
	watts        *integral
	counted      Energy    // at the counter's last step, since opening
	before       Energy    // what the watts had added up to then
	stepped      time.Time // when that was
	synchronised bool      // the counter has stepped at least once, so that its next step is a whole one
	total        Energy
}

// openPlug opens the plug at http://[USER:PASSWORD@]HOST[#SOCKET]. What kind of
// device it is follows from its answers. SOCKET is needed where there are several.
func openPlug(at place, address string) (*plug, error) {
	address, want, _ := strings.Cut(address, "#")
	e, err := at.web.endpoint(address, 64<<10)
	if err != nil {
		return nil, fmt.Errorf("plug: %w", err)
	}
	if e.url.RawQuery != "" || e.url.ForceQuery {
		return nil, fmt.Errorf("plug: %s?...: want no query (a password stands as USER:PASSWORD@ before the host)", where(e.url))
	}
	d, err := identify(e)
	if err != nil {
		return nil, fmt.Errorf("plug: %w", err)
	}
	u := e.url.JoinPath(d.path)
	u.RawQuery = strings.ReplaceAll(d.query.Encode(), "+", "%20")
	ask := func(ctx context.Context) (socket, error) {
		body, err := e.get(ctx, u)
		if err != nil {
			return socket{}, fmt.Errorf("plug: %w", err)
		}
		all, err := d.parse(body)
		if err != nil {
			return socket{}, fmt.Errorf("plug: GET %s: %w (is it a %s with a meter?)", where(u), err, d.name)
		}
		s, err := pick(all, want)
		if err != nil {
			err = fmt.Errorf("plug: %s at %s: %w", d.name, where(e.url), err)
		}
		return s, err
	}
	s, err := ask(context.Background())
	if err != nil {
		return nil, err
	}
	want = s.name
	p := &plug{name: "plug:" + d.name + "/" + s.name, relative: d.relative}
	p.ask = func(ctx context.Context) (status, error) {
		s, err := ask(ctx)
		return s.status, err
	}
	p.restart(time.Now(), s.status)
	return p, nil
}

func (p *plug) Name() string   { return p.name }
func (p *plug) Error() float64 { return p.relative }

// Period is a second for the watts of all of them: Shelly
// (StyraHem/ShellyForHASS#94, 2019; mongoose-os-apps/shelly-homekit#1037, 2022) and Tasmota
// (FUNC_ENERGY_EVERY_SECOND in its xdrv_03_energy.ino, at 0085e02a).
func (p *plug) Period() time.Duration { return time.Second }

// Read asks the plug. After a failed request the next reading starts where
// this one did; if the plug has started again or contradicts itself, it starts here.
func (p *plug) Read(ctx context.Context) (Energy, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.ask(ctx)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	if now.Sub(p.at) > maxGap { // nobody wants to know what happened meanwhile
		p.restart(now, s)
		return p.total, nil
	}
	if err := p.add(now, s); err != nil {
		p.restart(now, s)
		return 0, fmt.Errorf("%s: %w", p.name, err)
	}
	return p.total, nil
}

// restart forgets all but the total.
func (p *plug) restart(now time.Time, s status) {
	if s.clock != p.last.clock || p.ticked.IsZero() || now.Sub(p.at) > maxGap {
		p.ticked = now
	}
	p.at, p.last = now, s
	p.watts = new(integral)
	p.watts.add(now, s.power)
	p.counted, p.before, p.stepped, p.synchronised = p.total, 0, now, false
}

func (p *plug) add(now time.Time, s status) error {
	switch {
	case s.uptime < p.last.uptime:
		return fmt.Errorf("the plug has started again: it has been running for %d s, and for %d s before (was it without power?)",
			s.uptime, p.last.uptime)
	case s.clock != p.last.clock:
		p.ticked = now
	case s.clock != "" && now.Sub(p.ticked) > plugStale:
		return fmt.Errorf("the plug repeats itself: its clock stands at %s since %v (take it from the mains and plug it in again)",
			clip(s.clock), now.Sub(p.ticked).Round(time.Second))
	}
	watts := p.watts.add(now, s.power)
	drawn, step := watts-p.before, s.total-p.last.total
	switch {
	case s.counts != p.last.counts:
		return fmt.Errorf("the plug's counter has come or gone")
	case step < 0:
		return fmt.Errorf("the plug's counter stepped back by %.1f J: it was reset", -step.Joules())
	case step == 0 && s.counts && drawn > plugSlack && now.Sub(p.stepped) > counterRests:
		return fmt.Errorf("the plug's counter stands still since %v, while its watts add up to %.0f J",
			now.Sub(p.stepped).Round(time.Second), drawn.Joules())
	case step > 0 && p.synchronised && (step > 2*drawn+plugSlack || drawn > 2*step+plugSlack):
		return fmt.Errorf("the plug contradicts itself: its counter went on by %.0f J, while its watts add up to %.0f J",
			step.Joules(), drawn.Joules())
	}
	if step > 0 {
		// A counter that steps between most readings is right whenever it is read; the
		// steps of others count from the reading that shows them, if it comes in time.
		inTime := p.synchronised && p.at.Sub(p.stepped) <= plugLate || now.Sub(p.at) <= plugLate
		if !inTime || !p.synchronised { // of a first step, a part lies before us
			step = drawn
		}
		p.counted, p.before, p.stepped, p.synchronised = p.counted+step, watts, now, inTime
		drawn = 0
	}
	p.total = max(p.total, p.counted+drawn)
	p.at, p.last = now, s
	return nil
}
