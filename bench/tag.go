package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// A Tag is a model in Ollama's library, or in another registry, at one precision. In JSON it is its name, or an object with what
// is known of it besides, in which an unknown field is an error:
//
//	"llama3.2:1b-instruct-q8_0"
//	{"name": "llama3.2:1b-instruct-q8_0", "size": "1.3GB", "id": "baf6a787fdff", "seen": "2026-06-20"}
type Tag struct {
	// Name is what `ollama pull` takes.
	Name string
	// Size is the download in bytes: a decimal number of B, KB, MB, GB or TB in JSON, as ollama.com shows it; 0 is unknown.
	Size int64
	// ID is the beginning, 12 hex digits or more, of the SHA-256 of the tag's manifest, as `ollama list` shows it; empty if any
	// will do. A tag is moved to another manifest without notice.
	ID string
	// Seen is when Size and ID were read, as 2026-06-20.
	Seen string
}

// UnmarshalJSON reads either form.
func (t *Tag) UnmarshalJSON(data []byte) error {
	*t = Tag{}
	if json.Unmarshal(data, &t.Name) == nil {
		return nil
	}
	var raw struct{ Name, Size, ID, Seen string }
	// The decoder around this one is strict, but not with what a method of its own decodes.
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(&raw)
	if err == nil && raw.Size != "" {
		t.Size, err = parseSize(raw.Size)
	}
	if err != nil {
		return fmt.Errorf("tag %q: %v", raw.Name, err) // not wrapped: an offset in it would be that in the tag
	}
	t.Name, t.ID, t.Seen = raw.Name, raw.ID, raw.Seen
	return nil
}

var (
	sizes   = regexp.MustCompile(`^([0-9]{1,4}(?:\.[0-9]{1,3})?) ?([KMGT]?B)$`)
	inBytes = map[string]float64{"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
	tagIDs  = regexp.MustCompile(`^[0-9a-f]{12,64}$`)
)

func parseSize(s string) (int64, error) {
	m := sizes.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("size %q: want a number and its unit, such as 808MB or 1.3GB", s)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	return int64(n*inBytes[m[2]] + 0.5), err
}

func (t Tag) check() error {
	switch {
	case t.Name == "":
		return fmt.Errorf("a tag without a name")
	case t.Size < 0:
		return fmt.Errorf("tag %s: a negative size", t.Name)
	case t.ID != "" && !tagIDs.MatchString(t.ID):
		return fmt.Errorf("tag %s: id %q: want 12 to 64 lower-case hex digits", t.Name, t.ID)
	}
	if _, err := time.Parse(time.DateOnly, t.Seen); t.Seen != "" && err != nil {
		return fmt.Errorf("tag %s: seen %q: want a date such as 2026-06-20", t.Name, t.Seen)
	}
	return nil
}
