package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/score"
)

// reference is what a model's answers at the other precisions are held against: its golden ones at the highest precision that
// has any, to the same set and the same prompt. By sentence.
type reference map[string]string

// openReferences finds those of all models of the suite, whichever the run chose: their hash is a line of the configuration,
// and must not change with -models.
func (r *run) openReferences() error {
	r.references = map[string]reference{}
	if r.golden == "" {
		return nil
	}
	hash := sha256.New()
	for _, m := range r.suite.Models {
		for _, precision := range m.precisions() {
			g, err := gate.ReadGolden(r.golden, gate.Pair{Suite: r.suite.Name, Model: m.Name, Precision: precision})
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return fmt.Errorf("bench: what drift is measured from: %w", err)
			}
			if g.Set == r.setID && g.Prompt == r.prompt.ID() {
				answers := reference{}
				fmt.Fprintf(hash, "%s\n", g.Pair)
				for _, a := range g.Answers {
					answers[a.ID] = a.Got
					fmt.Fprintf(hash, "%q %q\n", a.ID, a.Got)
				}
				r.references[m.Name] = answers
			}
			break
		}
	}
	if len(r.references) > 0 {
		r.reference = "golden@" + hex.EncodeToString(hash.Sum(nil)[:4])
	}
	return nil
}

// drift counts how the answers differ from the model's reference. Sentences that it lacks, or no reference, are false.
func (r *run) drift(model string, answers []gate.Answer) (d score.Drift, ok bool) {
	from, ok := r.references[model]
	for _, a := range answers {
		old, has := from[a.ID]
		ok = ok && has
		d.Add(a.Want, old, a.Got)
	}
	return d, ok
}

// distribution is what a model said of its labels' probabilities, by sentence.
type distribution struct {
	pair          Pair
	probabilities [][]float64
}

// highestPrecisions lists those of the run from which label-KL is measured: each model's highest. It is a line of the
// configuration, and must not change with -order.
func (r *run) highestPrecisions() string {
	var list []string
	for _, p := range r.pairs {
		list = append(list, highest(r.pairs, p.Model).Precision)
	}
	slices.SortFunc(list, byPrecision)
	return strings.Join(slices.Compact(list), " ")
}

// certainty adds to the metrics what the label probabilities tell: of the sentences that have some.
func (r *run) certainty(metrics map[string]float64, p Pair, t *tally) {
	var given [][]float64
	var want []int
	margin, entropy := 0.0, 0.0
	for i, ps := range t.probabilities {
		if ps != nil {
			given = append(given, ps)
			want = append(want, slices.Index(r.suite.Labels, t.answers[i].Want))
			margin += score.Margin(ps)
			entropy += score.Entropy(ps)
		}
	}
	n := float64(len(given))
	if missing := len(t.answers) - len(given); missing > 0 {
		metrics["without-probabilities"] = float64(missing) / float64(len(t.answers))
	}
	if n == 0 {
		return
	}
	metrics["Brier"] = score.Brier(given, want)
	metrics["ECE"] = score.CalibrationError(given, want)
	metrics["label-margin"], metrics["label-entropy"] = margin/n, entropy/n
	if highest(r.pairs, p.Model) == p {
		r.highestOf[p.Model] = distribution{p, t.probabilities}
	} else if kl := r.highestOf[p.Model].divergence(t.probabilities); !math.IsNaN(kl) {
		metrics["label-KL"] = kl
	}
}

// divergence is the mean over the sentences that have probabilities in both; NaN if none has.
func (k distribution) divergence(now [][]float64) float64 {
	sum, n := 0.0, 0
	for i, from := range k.probabilities {
		if from != nil && now[i] != nil {
			sum += score.KL(from, now[i])
			n++
		}
	}
	return sum / float64(n)
}
