package dataset

import (
	"regexp"
	"strings"
)

// Damage is what a text suffered from on its way through encodings.
type Damage struct {
	Kind    string `json:"kind"`
	Records int    `json:"records"` // examples with it
	Lines   []int  `json:"lines"`   // physical lines on which these begin
}

// damages are looked for in this order. Each is what undamaged text hardly
// ever holds, so that their counts are lower bounds.
var damages = []struct {
	kind string
	in   func(text string) bool
}{
	{"UTF-8 read as windows-1252 or ISO-8859-1, such as Ã¤", misread.MatchString},
	{"UTF-8 read as an MS-DOS code page, such as +ñ", regexp.MustCompile(`\+[¦ˆÀ-ÖØ-öø-ÿ]`).MatchString},
	{"characters already lost, U+FFFD", func(text string) bool { return strings.ContainsRune(text, '\ufffd') }},
	{"control characters", regexp.MustCompile(`[\x{0}-\x{8}\x{b}\x{c}\x{e}-\x{1f}\x{7f}-\x{9f}]`).MatchString},
}

// misread matches the bytes of a UTF-8 character, each read as one of
// windows-1252 or ISO-8859-1: two for U+0080 to U+00FF, three for punctuation
// and symbols (â…), four for emoji (ðŸ…), and the byte order mark and U+FFFD.
// Other lead bytes are letters that genuine text has before such marks (É”).
var misread = func() *regexp.Regexp {
	// 0x80–0xbf in ISO-8859-1, and 0x80–0x9f in windows-1252.
	const tail = `[\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]`
	return regexp.MustCompile(`[ÂÃ]` + tail + `|â` + tail + tail + `|ð[Ÿ\x{9f}]` + tail + tail + `|ï»¿|ï¿½`)
}()

// damage looks through the texts; kinds that do not occur are left out.
func (s *Set) damage() []Damage {
	found := []Damage{}
	for _, d := range damages {
		var lines []int
		for _, e := range s.Examples {
			if d.in(e.Text) {
				lines = append(lines, e.Line)
			}
		}
		if lines != nil {
			found = append(found, Damage{d.kind, len(lines), lines})
		}
	}
	return found
}
