package energy

import (
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// supplied makes a tree of power supplies of "BAT0/status=Discharging" and the like.
func supplied(t testing.TB, files ...string) *plant {
	var a txtar.Archive
	for _, f := range files {
		name, text, _ := strings.Cut(f, "=")
		a.Files = append(a.Files, txtar.File{Name: path.Join(supplies, name), Data: []byte(text + "\n")})
	}
	p := newPlant(t, nil)
	var err error
	p.FS, err = txtar.FS(&a)
	require.NoError(t, err)
	return p
}

var (
	unplugged = []string{"AC/type=Mains", "AC/online=0", "ucsi-source-psy-USBC000:001/type=USB", "ucsi-source-psy-USBC000:001/online=0"}
	bat0      = []string{"BAT0/type=Battery", "BAT0/present=1", "BAT0/status=Discharging", "BAT0/energy_now=45850000", "BAT0/power_now=4721000"}
	mouse     = []string{"hidpp_battery_0/type=Battery", "hidpp_battery_0/scope=Device", "hidpp_battery_0/status=Discharging", "hidpp_battery_0/energy_now=5000"}
)

func all(lists ...[]string) (files []string) {
	for _, l := range lists {
		files = append(files, l...)
	}
	return files
}

func TestBatteryOpens(t *testing.T) {
	for _, tt := range []struct {
		why   string
		files []string
		want  string
		fails string
	}{
		{why: "off the mains, a mouse beside it", files: all(unplugged, bat0, mouse), want: "battery:BAT0"},
		{why: "of two batteries one rests", want: "battery:BAT0+BAT1",
			files: all(unplugged, bat0, []string{"BAT1/type=Battery", "BAT1/status=Unknown", "BAT1/energy_now=23000000"})},
		{why: "no mains are listed, and a slot is empty", files: all(bat0, []string{"BAT1/type=Battery", "BAT1/present=0", "BAT1/status=Unknown"}), want: "battery:BAT0"},
		{why: "charge and voltage", want: "battery:macsmc-battery",
			files: []string{"macsmc-battery/type=Battery", "macsmc-battery/status=Discharging", "macsmc-battery/charge_now=4000000", "macsmc-battery/voltage_now=12000000"}},
		{why: "a mouse on its cable is not this machine", files: all(bat0, []string{"mouse/type=USB", "mouse/scope=Device", "mouse/online=1"}), want: "battery:BAT0"},
		{why: "a UPS is behind the plug, which tells", files: all(unplugged, bat0, []string{"ups/type=UPS", "ups/online=1"}), want: "battery:BAT0"},

		{why: "plugged in, though a weak charger lets it discharge", files: all(bat0, []string{"ADP1/type=Mains", "ADP1/online=1"}), fails: "battery: ADP1 is online (Mains)"},
		{why: "plugged in by USB-C, programmable", files: all(unplugged, bat0, []string{"usb/type=USB_PD", "usb/online=2"}), fails: "usb is online (USB_PD)"},
		{why: "charging", files: all(unplugged, []string{"BAT0/type=Battery", "BAT0/status=Charging"}), fails: "BAT0 is charging"},
		{why: "one charges the other", files: all(unplugged, bat0, []string{"BAT1/type=Battery", "BAT1/status=Charging", "BAT1/energy_now=1"}), fails: "BAT1 is charging"},
		{why: "full", files: all(unplugged, []string{"BAT0/type=Battery", "BAT0/status=Full", "BAT0/energy_now=1"}), fails: `BAT0 says "Full" and none says that it is discharging`},
		{why: "unknown, twice", fails: `BAT0 says "Unknown", BAT1 says "Not charging" and none says`,
			files: []string{"BAT0/type=Battery", "BAT0/status=Unknown", "BAT0/energy_now=1", "BAT1/type=Battery", "BAT1/status=Not charging", "BAT1/energy_now=1"}},
		{why: "a desktop with a mouse", files: mouse, fails: "battery: no battery of the machine's own below class/power_supply (-meter estimate)"},
		{why: "per cent only", files: []string{"BAT0/type=Battery", "BAT0/status=Discharging", "BAT0/capacity=80", "BAT0/charge_now=4"}, fails: "BAT0 shows neither energy_now nor charge_now beside voltage_now"},
		{why: "no voltage", files: []string{"BAT0/type=Battery", "BAT0/status=Discharging", "BAT0/charge_now=4", "BAT0/voltage_now=0"}, fails: "class/power_supply/BAT0/voltage_now is 0"},
		{why: "no status", files: []string{"BAT0/type=Battery", "BAT0/energy_now=4"}, fails: "BAT0/status: file does not exist"},
		{why: "garbage", files: []string{"BAT0/type=Battery", "BAT0/status=Discharging", "BAT0/energy_now=N/A"}, fails: `BAT0/energy_now: "N/A" is not a number from 0 to 100000000000`},
		{why: "negative", files: []string{"BAT0/type=Battery", "BAT0/status=Discharging", "BAT0/energy_now=-1"}, fails: `"-1" is not a number`},
		{why: "more than a container ship", files: []string{"BAT0/type=Battery", "BAT0/status=Discharging", "BAT0/energy_now=100000000001"}, fails: "is not a number from"},
		{why: "nothing listed", files: []string{"../net/lo=1"}, fails: "battery: open class/power_supply: file does not exist (only Linux laptops"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			m, err := openBattery(supplied(t, tt.files...))
			if tt.fails != "" {
				require.ErrorContains(t, err, tt.fails)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, m.Name())
			require.Empty(t, Caveat(m))
		})
	}
}

// Exact to the microjoule: 10 mWh are 36 J, and a charge falls at the voltage
// between two readings, not as a product that a sagging voltage would lower.
func TestBatteryRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := supplied(t, all(unplugged, bat0, []string{"BAT1/type=Battery", "BAT1/status=Unknown", "BAT1/charge_now=4000000", "BAT1/voltage_now=12000000"})...)
		m, err := openBattery(p)
		require.NoError(t, err)
		read := func(why string, want Energy) {
			t.Helper()
			time.Sleep(10 * time.Second)
			e, err := m.Read(t.Context())
			require.NoError(t, err, why)
			require.Equal(t, want, e, why)
		}
		read("nothing yet", 0)
		p.say(supplies+"/BAT0/energy_now", "45840000\n")
		read("10 mWh × 3.6 J/mWh", 36*Joule)
		p.say(supplies+"/BAT0/energy_now", "45839999\n")
		read("1 µWh is 3600 µJ", 36*Joule+3600)
		p.say(supplies+"/BAT1/voltage_now", "11000000\n")
		read("a voltage that sags uses nothing", 36*Joule+3600)
		p.say(supplies+"/BAT1/charge_now", "3999000\n")
		p.say(supplies+"/BAT1/voltage_now", "10000000\n")
		// 1 mAh at (11 + 10) / 2 V: 3.6 C × 10.5 V = 37.8 J.
		read("at the mean voltage", 73_800_000+3600)
		p.say(supplies+"/BAT1/charge_now", "3998999\n")
		p.say(supplies+"/BAT1/voltage_now", "10000001\n")
		// 1 µAh is 3.6 mC, at 10 V and half a microvolt 36000.0018 µJ.
		read("the rest of a microjoule is kept", 73_800_000+3600+36_000)
		p.say(supplies+"/BAT1/charge_now", "3998998\n")
		p.say(supplies+"/BAT1/voltage_now", "10004999\n")
		// All of BAT1 in µAh × µV, twice: 1000 × 21 000 000 + 20 000 001 + 20 005 000
		// = 21 040 005 001, of 1.8 nJ each 37 872 009.0018 µJ.
		read("sums of rests too", 36_003_600+37_872_009)
		p.say(supplies+"/BAT0/status", "Unknown\n")
		p.say(supplies+"/BAT1/status", "Discharging\n")
		read("the other takes over", 36_003_600+37_872_009)
	})
}

// 24 hours of the square curve are 125 W × 86400 s = 10.8 MJ, which this
// battery of 3 kWh gives in steps of 10 mWh each 8 s; up to a step is missing
// at either end. Period over duration is 15 s / 86400 s.
func TestBatteryDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gauge{plant: supplied(t, all(unplugged, bat0)...)}
		m, err := openBattery(g)
		require.NoError(t, err)
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(24 * time.Hour)
		r, err := w.Stop()
		require.NoError(t, err)
		require.InDelta(t, 10.8e12, float64(r.Gross), 36e6+8*200e6)
		require.InDelta(t, 10.8e12, float64(r.Gross), 0.001*10.8e12, "one in a thousand")
		require.InDelta(t, 0.10+15.0/86400, r.Error, 1e-9)
	})
}

// gauge is a plant whose BAT0 falls along the square curve.
type gauge struct{ *plant }

func (g *gauge) ReadFile(name string) ([]byte, error) {
	if name == supplies+"/BAT0/energy_now" {
		used := square(time.Since(g.began).Truncate(8*time.Second)) / 3600 // Wh
		return []byte(strconv.FormatInt(3e9-int64(used*100)*10_000, 10) + "\n"), nil
	}
	return g.plant.ReadFile(name)
}

// Each fault strikes in the middle of a window of 40 s and gives its own error.
func TestBatteryFaults(t *testing.T) {
	for _, tt := range []struct {
		why   string
		fault func(*plant)
		want  string
	}{
		{"plugged in", func(p *plant) { p.say(supplies+"/AC/online", "1\n") }, "battery: AC is online (Mains)"},
		{"a cable that tells the battery first", func(p *plant) { p.say(supplies+"/BAT0/status", "Charging\n") }, "battery: BAT0 is charging"},
		{"between two readings", func(p *plant) { p.say(supplies+"/BAT0/energy_now", "45860000\n") }, "BAT0/energy_now rose from 45850000 to 45860000 in 1s: it was charged between"},
		// 45.85 Wh are 165060 J; in 1 + 15 s that is 10 kW.
		{"reset", func(p *plant) { p.say(supplies+"/BAT0/energy_now", "0\n") }, "battery: BAT0 fell by 165060 J in 1s, more than 500 W: the gauge was reset"},
		{"stands still", func(p *plant) {}, "meter battery:BAT0 counted 0 µJ in 40s"},
		{"taken out", func(p *plant) { p.say(supplies+"/BAT0/present", "0\n") }, "no battery of the machine's own"},
		{"another unit", func(p *plant) {
			p.fail(supplies+"/BAT0/energy_now", fs.ErrNotExist)
			p.say(supplies+"/BAT0/charge_now", "4\n")
			p.say(supplies+"/BAT0/voltage_now", "4\n")
		}, "it was BAT0, and now is BAT0 or tells of another unit: a battery was changed"},
		{"the firmware does not know", func(p *plant) { p.fail(supplies+"/BAT0/energy_now", errors.New("no such device")) }, "class/power_supply/BAT0/energy_now: no such device (run again"},
		{"closed", func(p *plant) { p.fail(supplies+"/AC/online", fs.ErrPermission) }, "AC/online: permission denied"},
		{"closed scope", func(p *plant) { p.fail(supplies+"/BAT0/scope", fs.ErrPermission) }, "BAT0/scope: permission denied"},
		{"closed slot", func(p *plant) { p.fail(supplies+"/BAT0/present", fs.ErrPermission) }, "BAT0/present: permission denied"},
		{"short read", func(p *plant) { p.say(supplies+"/BAT0/energy_now", "4585") }, `short read: "4585"`},
		{"empty", func(p *plant) { p.say(supplies+"/BAT0/status", "\n") }, "BAT0/status: short read"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := supplied(t, all(unplugged, bat0)...)
				m, err := openBattery(p)
				require.NoError(t, err)
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				tt.fault(p)
				time.Sleep(40 * time.Second)
				r, err := w.Stop()
				require.ErrorContains(t, err, tt.want)
				require.NotContains(t, err.Error(), "battery: battery:")
				require.Zero(t, r)
			})
		})
	}
}

func FuzzBattery(f *testing.F) {
	f.Add("Discharging\n", "45850000\n", "4000000\n", "12000000\n")
	f.Add("Discharging\n", "", "1000000000\n", "100000000\n")
	f.Add("", "x\n", "-1\n", "9223372036854775808\n")
	f.Fuzz(func(t *testing.T, status, energy, charge, volts string) {
		p := supplied(t, bat0...)
		p.say(supplies+"/BAT0/status", status)
		if p.say(supplies+"/BAT0/energy_now", energy); energy == "" {
			p.fail(supplies+"/BAT0/energy_now", fs.ErrNotExist)
		}
		p.say(supplies+"/BAT0/charge_now", charge)
		p.say(supplies+"/BAT0/voltage_now", volts)
		m, err := openBattery(p)
		if err != nil {
			return
		}
		p.say(supplies+"/BAT0/energy_now", "0\n")
		p.say(supplies+"/BAT0/charge_now", "0\n")
		if e, err := m.Read(t.Context()); e < 0 || err != nil && e != 0 {
			t.Errorf("%d µJ, %v", e, err)
		}
	})
}
