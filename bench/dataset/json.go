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
func (r *reader) readJSONL(content string) error {
	for n, line := range lines(content) {
		e, err := parseObject(line)
		if err := r.record(n, e, err); err != nil {
			return err
		}
	}
	return nil
}

func parseObject(line string) (Example, error) {
	var e Example
	if err := checkUTF8(line); err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(line), new(json.RawMessage)); err != nil {
		return e, fmt.Errorf("not one whole JSON object on the line: %w", err)
	}
	place := map[string]*string{"text": &e.Text, "label": &e.Label, "id": &e.ID, "note": &e.Note}
	names := make(map[string]string)
	err := members(line, func(name string, value json.RawMessage, _ int) (err error) {
		to, ok := place[column(name)]
		if !ok || strings.EqualFold(name, "headline") { // the text's name in a table only
			return nil
		}
		if other, ok := names[column(name)]; ok {
			return fmt.Errorf("fields %q and %q could both be the %s", other, name, column(name))
		}
		names[column(name)] = name
		*to, err = scalar(name, value)
		return err
	})
	if err != nil {
		return e, err
	}
	for _, want := range []string{"text", "label"} {
		if _, ok := names[want]; !ok {
			return e, fmt.Errorf("no field for the %s", want)
		}
	}
	return e, nil
}

// scalar is the text of a string, a number as written, or nothing for null.
func scalar(name string, value json.RawMessage) (string, error) {
	switch {
	case value[0] == '"':
		var s string
		err := json.Unmarshal(value, &s)
		return s, err
	case strings.IndexByte("-0123456789", value[0]) >= 0:
		return string(value), nil
	case string(value) == "null":
		return "", nil
	}
	return "", fmt.Errorf("field %q is neither a string nor a number", name)
}

// members calls each for the fields of a valid JSON object in the order of the
// file, with the offset of the end of the field's name. A map would keep the
// last of two fields of the same name and say nothing.
func members(object string, each func(name string, value json.RawMessage, offset int) error) error {
	dec := json.NewDecoder(strings.NewReader(object))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for dec.More() {
		var value json.RawMessage
		name, err := dec.Token()
		offset := int(dec.InputOffset())
		if err == nil {
			err = dec.Decode(&value)
		}
		if err == nil {
			err = each(fmt.Sprint(name), value, offset)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
