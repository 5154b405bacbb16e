package energy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

// tasmotaError is an assumption: Tasmota runs on plugs of many makers and is
// calibrated by their owner or by nobody
// (https://tasmota.github.io/docs/Power-Monitoring-Calibration/). In the test behind
// shellyError the one plug of eight that failed was off by more than 5 %.
const tasmotaError = 0.1

// tasmota is a plug with Tasmota. Its total has three decimals of a kilowatt-hour by
// default (3.6 kJ), its power none: `WattRes 2` and `EnergyRes 5` on its console
// make both finer, though its floats hold no more than seven digits. A password is
// sent in the query, where the firmware wants it.
// https://tasmota.github.io/docs/Commands/#with-web-requests
func tasmota(user *url.Userinfo) device {
	q := url.Values{"cmnd": {"Status 8"}}
	if user != nil {
		password, _ := user.Password()
		q.Set("user", user.Username())
		q.Set("password", password)
	}
	return device{name: "tasmota", relative: tasmotaError, path: "cm", query: q, parse: parseTasmota}
}

// parseTasmota reads what `Status 8` answers: power in watts and a total in
// kilowatt-hours, or lists of both where a strip has several sockets.
func parseTasmota(body []byte) ([]socket, error) {
	var answer struct {
		Warning   string `json:"WARNING"`
		StatusSNS *struct {
			Time   string `json:"Time"`
			Energy *struct {
				Power numbers `json:"Power"`
				Total numbers `json:"Total"`
			} `json:"ENERGY"`
		} `json:"StatusSNS"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.Warning != "":
		return nil, errors.New("user or password are missing or wrong (put admin:PASSWORD@ before the host)")
	case answer.StatusSNS == nil:
		return nil, errors.New(`no "StatusSNS" in the answer`)
	case answer.StatusSNS.Energy == nil:
		return nil, errors.New("no meter in the answer: the device only switches")
	}
	e := answer.StatusSNS.Energy
	if len(e.Power) == 0 {
		return nil, errors.New("no power in the answer")
	}
	var all []socket
	for i := range e.Power {
		s := socket{name: "energy"}
		if len(e.Power) > 1 {
			s.name = fmt.Sprintf("energy:%d", i)
		}
		s.clock = answer.StatusSNS.Time
		s.power, s.err = microwatts(e.Power[i])
		// One total of several sockets (SetOption129 0) says nothing of one of them: its watts must do.
		if s.err == nil && len(e.Total) == len(e.Power) {
			s.counts = true
			s.total, s.err = energyOf(e.Total[i], 3.6e6)
		}
		if s.err != nil {
			s.err = fmt.Errorf("%s %w", s.name, s.err)
		}
		all = append(all, s)
	}
	return all, nil
}

// numbers is a number or a list of them.
type numbers []*float64

func (n *numbers) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]*float64)(n))
	}
	var x *float64
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	*n = numbers{x}
	return nil
}
