package gate

// decide corrects for the number of tests and gives all verdicts.
func (rep *Report) decide() {
	level := rep.Alpha / 2 // answers and costs get one half each
	var ps []float64
	for _, j := range rep.Pairs {
		ps = append(ps, j.Answers.test())
	}
	for i, p := range holm(ps) {
		rep.Pairs[i].Answers.decide(p, level)
	}
	var costs []*Cost
	ps = nil
	for _, j := range rep.Pairs {
		if j.Costs == nil {
			continue
		}
		for i := range j.Costs.Metrics {
			c := &j.Costs.Metrics[i]
			costs = append(costs, c)
			ps = append(ps, c.P)
		}
	}
	for i, p := range holm(ps) {
		costs[i].decide(p, level)
	}
}

// Verdict is that of the pair: the worst of its comparisons that count.
func (j Judged) Verdict() Verdict {
	verdicts := []Verdict{j.Answers.Verdict}
	if j.Costs != nil && j.Costs.Advice == "" {
		if j.Costs.NotComparable != "" {
			verdicts = append(verdicts, Inconclusive)
		}
		for _, c := range j.Costs.Metrics {
			verdicts = append(verdicts, c.Verdict)
		}
	}
	return worst(verdicts)
}

// Verdict is that of the run: it passes if every pair does.
func (rep *Report) Verdict() Verdict {
	var verdicts []Verdict
	for _, j := range rep.Pairs {
		verdicts = append(verdicts, j.Verdict())
	}
	return worst(verdicts)
}

func worst(verdicts []Verdict) Verdict {
	worst := Pass
	for _, v := range verdicts {
		switch {
		case v == Regressed:
			return Regressed
		case v != Pass:
			worst = Inconclusive
		}
	}
	return worst
}
