package classify

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	underline = regexp.MustCompile(`(^|[^\pL\pN])_+|_+($|[^\pL\pN])`)
	spaces    = regexp.MustCompile(` +`)
)

// plain is a reply without markup, in lower case, with one kind of space, quote and dash.
func plain(reply string) string {
	return spaces.ReplaceAllString(underline.ReplaceAllString(fold(reply), "$1$2"), " ")
}

// fold makes characters alike that look alike or mean the same, for replies and labels alike.
func fold(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	return alike.Replace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsSpace(r) || unicode.Is(unicode.Co, r): // private runes stand for labels
			return ' '
		case unicode.Is(unicode.Cf, r): // zero-width spaces, soft hyphens, byte order marks
			return -1
		}
		return r
	}, s))
}

var alike = strings.NewReplacer(
	"*", "", "`", "", `\"`, "'", `\n`, "\n",
	"“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "「", `"`, "」", `"`, "‘", "'", "’", "'",
	"‐", "-", "‒", " - ", "–", " - ", "—", " - ", "―", " - ", "→", " > ", "。", ". ",
)

var (
	tag     = regexp.MustCompile(`<[/|]?[a-z_]+[/|]?>`) // <answer>, <|im_end|>
	field   = regexp.MustCompile(`"([^"\n]*\b` + asked + `\b[^"\n]*)" *: *"([^"\n]*)"`)
	anyWord = regexp.MustCompile(`[\pL\pN` + labelRunes + `]+(?:['-]\pL+)*`)
	double  = regexp.MustCompile(`"[^"\n]*"`)
	single  = regexp.MustCompile(`(^|[^\pL\pN` + labelRunes + `])'.*?'($|[^\pL\pN` + labelRunes + `])`)
	option  = regexp.MustCompile(`\(?\b[\pL\pN]\)`) // (B), b)
	whole   = regexp.MustCompile(`^\s*"([^"]*)"\s*$`)
)

// unquote drops quotations of three words or more and the quotes of shorter ones. It keeps a reply that is wholly in
// quotes, and puts a field that holds the label on a line of its own. Tags that are no label, and letters
// of options, as "(B)", go as well.
func unquote(text string) string {
	text = tag.ReplaceAllString(text, " ")
	text = whole.ReplaceAllString(text, "$1")
	text = field.ReplaceAllString(text, "\n$1: $2\n")
	short := func(quote string) string {
		if len(anyWord.FindAllString(quote, 3)) == 3 {
			return " … "
		}
		return quote
	}
	text = double.ReplaceAllStringFunc(text, func(q string) string { return short(strings.ReplaceAll(q, `"`, " ")) })
	text = single.ReplaceAllStringFunc(text, func(q string) string {
		from, to := strings.IndexByte(q, '\''), strings.LastIndexByte(q, '\'')
		return q[:from] + " " + short(q[from+1:to]) + " " + q[to+1:]
	})
	text = option.ReplaceAllString(strings.ReplaceAll(text, `"`, " "), " ")
	return spaces.ReplaceAllString(text, " ")
}
