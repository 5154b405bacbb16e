package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

func fitsJSONL(content string) error {
	for n, line := range lines(content) {
		if strings.TrimSpace(line)[0] != '{' {
			return fmt.Errorf("line %d does not begin with {", n)
		}
		break
	}
	return nil
}

// readJSONL reads one JSON object a line: a text (or sentence), a label (or
// sentiment) and perhaps an id and a note, the names in any case. Other fields
// are allowed. A value may be a string or a number, which stays as written.
func (s *Set) readJSONL(content string) error {
	for n, line := range lines(content) {
		e, err := parseObject(line)
		if err != nil {
			return s.errorf(n, "%w", err)
		}
		e.Line = n
		if err := s.add(e); err != nil {
			return err
		}
	}
	return nil
}

func parseObject(line string) (Example, error) {
	var e Example
	if !json.Valid([]byte(line)) {
		err := json.Unmarshal([]byte(line), new(any))
		return e, fmt.Errorf("not one whole JSON object on the line: %w", err)
	}
	place := map[string]*string{"text": &e.Text, "label": &e.Label, "id": &e.ID, "note": &e.Note}
	names := make(map[string]string)
	// Token by token, since a map would keep the last of two fields of the
	// same name and say nothing.
	dec := json.NewDecoder(strings.NewReader(line))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return e, errors.New("not a JSON object")
	}
	for dec.More() {
		var value any
		key, err := dec.Token()
		if err == nil {
			err = dec.Decode(&value)
		}
		if err != nil {
			return e, err
		}
		name := fmt.Sprint(key)
		to, ok := place[column(name)]
		if !ok || strings.EqualFold(name, "headline") { // the text's name in a table only
			continue
		}
		if other, ok := names[column(name)]; ok {
			return e, fmt.Errorf("fields %q and %q could both be the %s", other, name, column(name))
		}
		names[column(name)] = name
		switch v := value.(type) {
		case string:
			*to = v
		case json.Number:
			*to = v.String()
		case nil:
		default:
			return e, fmt.Errorf("field %q is neither a string nor a number", name)
		}
	}
	for _, want := range []string{"text", "label"} {
		if _, ok := names[want]; !ok {
			return e, fmt.Errorf("no field for the %s", want)
		}
	}
	return e, nil
}

// splitPhraseBank splits sentence@label at the last @: sentences hold some.
func splitPhraseBank(line string) (text, label string, err error) {
	i := strings.LastIndexByte(line, '@')
	if i < 0 {
		return "", "", errors.New("no @ before a label")
	}
	return line[:i], line[i+1:], oneWord(line[i+1:])
}

func fitsPhraseBank(content string) error {
	for n, line := range lines(content) {
		if _, _, err := splitPhraseBank(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		break
	}
	return nil
}

// readPhraseBank reads the form of the Financial PhraseBank (Malo et al.,
// "Good debt or bad debt", JASIST 65(4), 2014): sentence@label, one a line,
// nothing quoted.
func (s *Set) readPhraseBank(content string) error {
	for n, line := range lines(content) {
		text, label, err := splitPhraseBank(line)
		if err != nil {
			return s.errorf(n, "%w", err)
		}
		if err := s.add(Example{Text: text, Label: label, Line: n}); err != nil {
			return err
		}
	}
	return nil
}
