package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// known lists the forms for people who have another.
const known = `jsonl, lines such as {"text": "…", "label": "…"}; ` +
	`csv or tsv, with a header that names a column sentence, text or headline and a column label or sentiment; ` +
	`csv-without-header, lines such as neutral,"…"; ` +
	`phrasebank, lines such as …@neutral; ` +
	`fiqa, one JSON object such as {"1": {"sentence": "…", "info": [{"sentiment_score": "-0.3"}]}}`

// form is a way of writing labelled sentences down.
type form struct {
	name  string
	named bool                        // it says itself which part is the text and which the label
	fits  func(content string) error  // why the first record is not of this form, else nil
	read  func(*reader, string) error // takes all records
}

// forms are in the order in which detect asks them.
func forms() []form {
	header := func(comma rune) form {
		return form{
			named: true,
			fits:  func(content string) error { _, err := findColumns(newTable(content, comma)); return err },
			read:  func(r *reader, content string) error { return r.readTable(newTable(content, comma)) },
		}
	}
	csv, tsv := header(','), header('\t')
	csv.name, tsv.name = "csv", "tsv"
	return []form{
		{name: "fiqa", named: true, fits: fitsFiQA, read: (*reader).readFiQA},
		{name: "jsonl", named: true, fits: fitsJSONL, read: (*reader).readJSONL},
		csv,
		tsv,
		{name: "csv-without-header", fits: fitsPairs, read: (*reader).readPairs},
		{name: "phrasebank", fits: fitsPhraseBank, read: (*reader).readPhraseBank},
	}
}

// detect reads content in the form that Options name, else in the form that
// its first record has; the name of the file has no say. In this order:
//
//  1. A JSON object whose first value is an object with a sentence and info is
//     fiqa. Any other JSON document on its own has no known form, unless it is
//     one object with a field for the text or the label (a jsonl file of one
//     record).
//  2. What else begins with "{" is jsonl.
//  3. A first row that names exactly one column for the text and one for the
//     label is a header: csv if it is split at commas, tsv if at tabs.
//  4. Two forms without a header are left. Two fields at a comma, of which the
//     first is one word and the second more, are csv-without-header. One word
//     after the last "@" of the line is phrasebank. Where the first record
//     fits both, all of content is read both ways, and the form that can read
//     it all is the right one, bad rows or not.
//
// If no form fits, or both of the last two (or neither) can read all, the
// error lists what was tried.
func (o Options) detect(file, content string) (*Set, error) {
	if strings.TrimSpace(content) == "" {
		return &Set{}, nil
	}
	fit, tried, err := o.candidates(file, content)
	if err != nil {
		return nil, err
	}
	if len(fit) == 1 {
		r := o.reader(file, fit[0].name)
		err := fit[0].read(r, content)
		return r.set, err
	}
	strict := o
	strict.SkipBadRows = false
	var whole []*Set
	for _, f := range fit {
		r := strict.reader(file, f.name)
		if err := f.read(r, content); err != nil {
			tried = append(tried, fmt.Sprintf("not %s: %v", f.name, err))
			continue
		}
		whole = append(whole, r.set)
		tried = append(tried, "perhaps "+f.name)
	}
	switch len(whole) {
	case 0:
		return nil, fmt.Errorf("dataset: %s: the form is not known: %s (known forms: %s)", file, strings.Join(tried, "; "), known)
	case 1:
		return whole[0], nil
	}
	return nil, fmt.Errorf("dataset: %s: the form is ambiguous: %s (force one of them, or give it a header, such as label,text)", file, strings.Join(tried, "; "))
}

// candidates are the forms that the first record has, and what the others
// miss.
func (o Options) candidates(file, content string) (fit []form, tried []string, err error) {
	if o.Form != "" {
		var names []string
		for _, f := range forms() {
			if f.name == o.Form {
				return []form{f}, nil, nil
			}
			names = append(names, f.name)
		}
		return nil, nil, fmt.Errorf("dataset: %s: there is no form %q (force one of %s, or none)", file, o.Form, strings.Join(names, ", "))
	}
	if isDocument(content) && fitsFiQA(content) != nil {
		return nil, nil, fmt.Errorf("dataset: %s: the form is not known: one JSON document, neither fiqa nor one record with a text and a label (known forms: %s)", file, known)
	}
	for _, f := range forms() {
		if err := f.fits(content); err != nil {
			tried = append(tried, fmt.Sprintf("not %s: %v", f.name, err))
			continue
		}
		fit = append(fit, f)
		if f.named {
			break
		}
	}
	return fit, tried, nil
}

// column says what the column or field of that name holds: "text", "label",
// "id", "note", or "" for anything else.
func column(name string) string {
	switch name = strings.ToLower(strings.TrimSpace(name)); name {
	case "sentence", "text", "headline":
		return "text"
	case "label", "sentiment":
		return "label"
	case "id", "note":
		return name
	}
	return ""
}

func isDocument(content string) bool {
	if trimmed := strings.TrimSpace(content); trimmed[0] != '{' && trimmed[0] != '[' {
		return false // a lone quoted sentence is valid JSON too
	}
	if !json.Valid([]byte(content)) {
		return false
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(content), &object); err != nil {
		return true
	}
	for key := range object {
		if c := column(key); c == "text" || c == "label" {
			return false
		}
	}
	return true
}

// oneWord checks a label that no header vouches for: if it holds white space
// it is more likely a piece of a sentence.
func oneWord(label string) error {
	switch len(strings.Fields(label)) {
	case 0:
		return errors.New("the label is empty")
	case 1:
		return nil
	}
	return fmt.Errorf("%.60q, in the place of the label, is more than one word", label)
}

// lines yields the lines of content that are not blank, without their \n, and
// their 1-based numbers. Only \n ends a line: the others that Unicode knows,
// such as U+2028, occur within sentences. A \r before it stays: JSON and the
// trimming of labels take care of it.
func lines(content string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(content) {
			n++
			line = strings.TrimSuffix(line, "\n")
			if strings.TrimSpace(line) != "" && !yield(n, line) {
				return
			}
		}
	}
}
