package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// neutral is the greatest absolute mean score of a sentence that is labelled
// neutral. Scores lie between −1 and 1; ±0.1 is the usual threshold.
const neutral = 0.1

// opinion is an entry of a FiQA document: a sentence and how it is meant for
// each of the companies, products and so on that it speaks about.
type opinion struct {
	id, text string
	line     int
	scores   []float64 // one for each target, −1 to 1
	err      error     // why it can't be read
}

// label is that of the mean score, which is rounded to 9 decimals, so that the
// mean of three times 0.1 is 0.1.
func (o *opinion) label() string {
	sum := 0.0
	for _, v := range o.scores {
		sum += v
	}
	switch mean := math.Round(sum/float64(len(o.scores))*1e9) / 1e9; {
	case mean > neutral:
		return "positive"
	case mean < -neutral:
		return "negative"
	}
	return "neutral"
}

// mixed says whether one target's score is above 0 and another's below.
func (o *opinion) mixed() bool {
	var above, below bool
	for _, v := range o.scores {
		above, below = above || v > 0, below || v < 0
	}
	return above && below
}

func fitsFiQA(content string) error {
	var first *opinion
	done := errors.New("one entry is enough")
	err := members(content, func(id string, value json.RawMessage, _ int) error {
		var entry struct{ Sentence, Info json.RawMessage }
		if json.Unmarshal(value, &entry) == nil && entry.Sentence != nil && entry.Info != nil {
			first = &opinion{id: id}
		}
		return done
	})
	if err == done && first == nil {
		return errors.New("the first entry is no object with a sentence and info")
	}
	if err == done {
		return nil
	}
	return errors.New("it is no JSON object of entries")
}

// readFiQA reads the form of task 1 of the FiQA challenge (Maia et al., "WWW'18
// Open Challenge: Financial Opinion Mining and Question Answering", 2018): one
// JSON object from ids to sentences, each with a list info of targets that have
// a sentiment_score.
//
// The label is positive, neutral or negative by the mean of the scores. One
// label can't do justice to a sentence that is good for one target and bad for
// another, so without MixedSigns a sentence with a score above 0 and another
// below is bad.
func (r *reader) readFiQA(content string) error {
	if err := json.Unmarshal([]byte(content), new(json.RawMessage)); err != nil {
		line := 1
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line = lineOf([]byte(content), int(syntax.Offset))
		}
		return fmt.Errorf("dataset: %s:%d: not one whole JSON document: %w (repair it: no row of it can be told from the next)", r.set.File, line, err)
	}
	var opinions []opinion
	line, offset, mixed := 1, 0, 0
	err := members(content, func(id string, value json.RawMessage, end int) error {
		line += strings.Count(content[offset:end], "\n")
		offset = end
		o := opinion{id: id, line: line}
		if o.err = checkUTF8(string(value)); o.err == nil {
			o.err = o.parse(string(value))
		}
		if o.mixed() {
			mixed++
		}
		opinions = append(opinions, o)
		return nil
	})
	if err != nil {
		return fmt.Errorf("dataset: %s: not fiqa: %w (known forms: %s)", r.set.File, err, known)
	}
	for _, o := range opinions {
		e := Example{ID: o.id, Text: o.text}
		if o.err == nil && o.mixed() && !r.MixedSigns {
			o.err = fmt.Errorf("its targets have scores of opposite signs, as in %d of %d sentences (-skip-bad-rows leaves these out, -mixed-signs labels them by their mean)", mixed, len(opinions))
		}
		if o.err == nil {
			e.Label = o.label()
		}
		if err := r.record(o.line, e, o.err); err != nil {
			return err
		}
	}
	return nil
}

func (o *opinion) parse(entry string) error {
	var targets []json.RawMessage
	seen := make(map[string]bool)
	err := members(entry, func(name string, value json.RawMessage, _ int) (err error) {
		switch {
		case name != "sentence" && name != "info":
			return nil
		case seen[name]:
			return fmt.Errorf("it has two fields %q", name)
		case name == "sentence":
			o.text, err = scalar(name, value)
		case json.Unmarshal(value, &targets) != nil:
			err = errors.New("info is no list of targets")
		}
		seen[name] = true
		return err
	})
	switch {
	case err != nil:
		return err
	case !seen["sentence"]:
		return errors.New("no field for the sentence")
	case len(targets) == 0:
		return errors.New("no target in info, so no score")
	}
	for i, target := range targets {
		score := math.NaN()
		err := members(string(target), func(name string, value json.RawMessage, _ int) error {
			if name != "sentiment_score" {
				return nil
			}
			if !math.IsNaN(score) {
				return errors.New("it has two fields sentiment_score")
			}
			s, err := scalar(name, value)
			if err == nil {
				score, err = strconv.ParseFloat(strings.TrimSpace(s), 64)
			}
			if err != nil || !(-1 <= score && score <= 1) {
				return fmt.Errorf("sentiment_score %.40s is no number from -1 to 1", value)
			}
			return nil
		})
		if err == nil && math.IsNaN(score) {
			err = errors.New("no field sentiment_score")
		}
		if err != nil {
			o.scores = nil
			return fmt.Errorf("target %d: %w", i+1, err)
		}
		o.scores = append(o.scores, score)
	}
	return nil
}
