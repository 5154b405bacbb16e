package bench

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/joulebench/joulebench/bench/journal"
)

// beginPass numbers the pass and lists the sentences to ask about. With -resume, the first one of a question takes up the
// journal's last pass of it, under the number that this had.
func (r *run) beginPass(q *question, t *tally, first bool) (record journal.Record, todo []int, err error) {
	record = q.record
	r.passes[q.pair]++
	record.Run, record.Pass = r.id, r.passes[q.pair]
	answered := map[string]journal.Record{}
	if key := q.pair.String() + string(record.Options); r.resume && first && !r.resumed[key] {
		r.resumed[key] = true
		if answered, err = lastPass(r.recorded, record); err != nil {
			return record, nil, fmt.Errorf("bench: -resume: %s: %w", r.options.journal, err)
		}
	}
	for i, a := range t.answers {
		old, ok := answered[a.ID]
		if !ok {
			todo = append(todo, i)
			continue
		}
		if old.Want != a.Want {
			return record, nil, fmt.Errorf("bench: -resume: %s: sentence %s has the label %q there and %q in %s", r.options.journal, a.ID, old.Want, a.Want, r.setID)
		}
		record.Run, record.Pass = old.Run, old.Pass
		r.passes[q.pair] = max(r.passes[q.pair], old.Pass)
		t.give(i, old.Got, old.Reason)
		t.taken++
	}
	return record, todo, nil
}

// lastPass is, by sentence, the last pass that the records hold of the question that like is an answer to. That they hold
// nothing of its pair is no error, that they hold answers to other questions only is one.
func lastPass(records []journal.Record, like journal.Record) (map[string]journal.Record, error) {
	answers := map[string]journal.Record{}
	var other, last journal.Record
	for _, rec := range records {
		if rec.Suite != like.Suite || rec.Model != like.Model || rec.Precision != like.Precision {
			continue
		}
		if differences(rec, like) != "" {
			other = rec
			continue
		}
		if rec.Run != last.Run || rec.Pass != last.Pass {
			last = rec
			clear(answers)
		}
		answers[rec.ID] = rec
	}
	if len(answers) == 0 && other.ID != "" {
		return nil, fmt.Errorf("its answers of model=%s/precision=%s are to another question: %s (go on with the flags of that run, or begin another journal)",
			like.Model, like.Precision, differences(other, like))
	}
	return answers, nil
}

// differences says in what two questions to a pair differ.
func differences(old, now journal.Record) string {
	var list []string
	for _, d := range []struct{ what, old, now string }{
		{"set", old.Set, now.Set}, {"prompt", old.Prompt, now.Prompt}, {"weights", old.Digest, now.Digest},
	} {
		if d.old != d.now {
			list = append(list, fmt.Sprintf("%s %s → %s", d.what, d.old, d.now))
		}
	}
	if !bytes.Equal(old.Options, now.Options) {
		list = append(list, fmt.Sprintf("options %s → %s", old.Options, now.Options))
	}
	return strings.Join(list, ", ")
}
