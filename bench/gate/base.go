package gate

import (
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// asGolden makes of a base's answers what new ones are held against, with texts of
// the golden file if there is one, and its margin unless that is the default for
// another set.
func asGolden(dir string, base *Result, rec, new *Recorded) (*Golden, error) {
	g := &Golden{
		Pair: base.Pair, Set: rec.Set, Prompt: rec.Prompt, Digest: rec.Digest,
		Ollama: base.Config["ollama"], CPU: base.Config["ollama-cpu"],
		Labels: labelsOf(slices.Concat(rec.Answers, new.Answers)), Answers: slices.Clone(rec.Answers),
	}
	g.Margin, g.Reason = DefaultMargin(g.Labels, g.Answers)
	pairs, err := GoldenPairs(dir, base.Suite)
	if err != nil || !slices.Contains(pairs, base.Pair) {
		return g, err
	}
	recorded, err := ReadGolden(dir, base.Pair)
	if err != nil {
		return nil, err
	}
	if recorded.Set == g.Set || !isDefault(recorded.Reason) {
		g.Margin, g.Reason = recorded.Margin, recorded.Reason
	}
	texts := map[string]string{}
	if recorded.Set == g.Set {
		g.Labels = recorded.Labels
		for _, a := range recorded.Answers {
			texts[a.ID] = a.Text
		}
	}
	for i, a := range g.Answers {
		g.Answers[i].Text = texts[a.ID]
	}
	return g, nil
}

// labelsOf are the labels that occur, sorted.
func labelsOf(answers []Answer) []string {
	labels := map[string]bool{}
	for _, a := range answers {
		labels[a.Want], labels[a.Got] = true, true
	}
	delete(labels, score.Unparsed)
	return sortedKeys(labels)
}

// notInTurns is why costs of two runs are advice only; empty if their passes took
// turns: sorted by time, each two have one of either. Runs are named by the time
// at which they began.
func notInTurns(old, new []string) string {
	type pass struct {
		run string
		new bool
	}
	var passes []pass
	for _, r := range old {
		passes = append(passes, pass{r, false})
	}
	for _, r := range new {
		passes = append(passes, pass{r, true})
	}
	slices.SortStableFunc(passes, func(a, b pass) int { return strings.Compare(a.run, b.run) })
	for i := 0; i < len(passes); i += 2 {
		if i+1 == len(passes) || passes[i].new == passes[i+1].new {
			return "base and new were not measured in turns (make bench BASE=COMMIT does)"
		}
	}
	return ""
}
