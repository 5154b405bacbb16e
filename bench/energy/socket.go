package energy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
)

// status is what a plug says of one of its sockets.
type status struct {
	power  int64  // microwatts
	counts bool   // whether there is a counter
	total  Energy // of the counter
	uptime int64  // seconds since the device started, 0 if it does not say
	clock  string // changes every second while the device is well, "" if it has none
}

// A socket is what a device meters, one of perhaps several.
type socket struct {
	name string
	status
	err error // why it can't be read
}

// A device is a kind of plug.
type device struct {
	name     string
	relative float64 // stated error
	path     string
	query    url.Values
	parse    func([]byte) ([]socket, error)
}

// identify asks which device answers.
func identify(e *endpoint) (device, error) {
	body, err := e.get(context.Background(), e.url.JoinPath("shelly"))
	if err == nil {
		if d, ok := shelly(body); ok {
			return d, nil
		}
		err = fmt.Errorf("GET %s says %q", where(e.url.JoinPath("shelly")), clip(string(body)))
	} else if !isStatus(err) {
		return device{}, err // nobody is there
	}
	d := tasmota(e.user)
	u := e.url.JoinPath(d.path)
	u.RawQuery = strings.ReplaceAll(d.query.Encode(), "+", "%20")
	if body, err2 := e.get(context.Background(), u); err2 != nil {
		return device{}, fmt.Errorf("neither a Shelly nor a Tasmota answers: %w; %w", err, err2)
	} else if _, err2 := d.parse(body); err2 != nil {
		return device{}, fmt.Errorf("neither a Shelly nor a Tasmota with a meter answers: %w; GET %s: %w",
			err, where(u), err2)
	}
	return d, nil
}

// pick finds the socket of that name, or the only one.
func pick(all []socket, want string) (socket, error) {
	var names []string
	for _, s := range all {
		if s.name == want || want == "" && len(all) == 1 {
			return s, s.err
		}
		names = append(names, "#"+s.name)
	}
	switch {
	case len(all) == 0:
		return socket{}, errors.New("meters nothing (a plug that only switches, or its meter has failed)")
	case want == "":
		return socket{}, fmt.Errorf("has %d sockets (put %s behind its address, whichever this machine is plugged into)",
			len(all), strings.Join(names, " or "))
	}
	return socket{}, fmt.Errorf("has no socket %q (want %s)", clip(want), strings.Join(names, " or "))
}

// microwatts takes a power that a device gives in watts; nil is none.
func microwatts(watts *float64) (int64, error) {
	switch {
	case watts == nil:
		return 0, errors.New("gives no power")
	case *watts < 0:
		return 0, fmt.Errorf("gives %g W: something feeds in there, or its direction is set the wrong way round", *watts)
	case *watts > maxWall:
		return 0, fmt.Errorf("gives %g W, more than the %d W that any socket delivers", *watts, maxWall)
	}
	return int64(math.Round(*watts * 1e6)), nil
}

// energyOf takes an amount that a device gives in units of so many joules.
func energyOf(amount *float64, joules float64) (Energy, error) {
	switch {
	case amount == nil:
		return 0, errors.New("gives no total, so it only switches")
	case *amount < 0 || *amount*joules > 1e12: // 1 TJ is ten years at 16 A
		return 0, fmt.Errorf("gives an impossible total of %g", *amount)
	}
	return Energy(math.Round(*amount * joules * float64(Joule))), nil
}
