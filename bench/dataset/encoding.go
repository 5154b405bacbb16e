package dataset

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// decode returns data as UTF-8 and the name of the encoding it was in:
//
//   - valid UTF-8 is "utf-8"; a byte order mark is dropped;
//   - anything else with a byte 0x80–0x9f is "windows-1252", where these are
//     letters and punctuation; in ISO-8859-1 they are control characters that
//     no sentence holds;
//   - anything else is "iso-8859-1".
//
// Every byte has a meaning in the last two, so they can't fail: whether it is
// the intended one, only a reader of the text can tell. What is surely none of
// the three is refused: a NUL (UTF-16, a spreadsheet, an archive), and damaged
// UTF-8, which is text that begins with UTF-8's mark or has more characters of
// several bytes than bytes that belong to none (in single-byte text the former
// hardly occur). The error begins with the line number.
func decode(data []byte) (content, encoding string, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return "", "", fmt.Errorf("%d: a NUL byte, so it is no text in UTF-8 or a single-byte encoding (UTF-16? try: iconv -f UTF-16 -t UTF-8)", lineOf(data, i))
	}
	text, marked := bytes.CutPrefix(data, []byte("\ufeff"))
	long, stray, first := survey(text)
	if stray == 0 {
		return string(text), "utf-8", nil
	}
	if marked || long > stray {
		return "", "", fmt.Errorf("%d: byte %#x is not UTF-8, though the file is otherwise (%d such bytes; repair them, or convert the file with iconv)", lineOf(text, first), text[first], stray)
	}
	encoding, table := "iso-8859-1", charmap.ISO8859_1
	if slices.ContainsFunc(data, func(b byte) bool { return 0x80 <= b && b <= 0x9f }) {
		encoding, table = "windows-1252", charmap.Windows1252
	}
	text, err = table.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", fmt.Errorf("1: decode %s: %w", encoding, err)
	}
	return string(text), encoding, nil
}

// survey counts the characters of several bytes and the bytes that are not
// UTF-8, and says where the first of the latter is.
func survey(data []byte) (long, stray, first int) {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if size > 1 {
			long++
		} else if r == utf8.RuneError {
			if stray == 0 {
				first = i
			}
			stray++
		}
		i += size
	}
	return long, stray, first
}

func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}
