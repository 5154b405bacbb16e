package bench

import "fmt"

// heat is what tells the clock and the temperature of the CPUs: host.Heat.
type heat interface {
	Sample() error
	Clock() (mhz float64, ok bool)
	Temperature() (celsius float64, ok bool)
}

// A heatWatch samples them while a measurement runs.
type heatWatch struct {
	heat
	*sampler
}

func watchHeat(h heat) *heatWatch { return &heatWatch{h, startSampler(h.Sample)} }

// stop takes the last sample and returns the means as metrics. What the machine does not tell is absent.
func (w *heatWatch) stop() (map[string]float64, error) {
	if err := w.sampler.stop(); err != nil {
		return nil, fmt.Errorf("bench: reading clock and temperature: %w", err)
	}
	metrics := map[string]float64{}
	if mhz, ok := w.Clock(); ok {
		metrics["clock-MHz"] = mhz
	}
	if celsius, ok := w.Temperature(); ok {
		metrics["temperature-C"] = celsius
	}
	return metrics, nil
}
