package dataset

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// singleByte are the encodings in which every byte has a meaning.
var singleByte = map[string]*charmap.Charmap{
	"iso-8859-1":   charmap.ISO8859_1,
	"windows-1252": charmap.Windows1252,
}

// decode returns data as UTF-8 and the name of the encoding it was in, which is
// forced unless that is empty. What is forced:
//
//   - "utf-8" drops a byte order mark, and is damaged if not all is valid;
//   - "windows-1252" and "iso-8859-1" can't fail: whether they are the intended
//     ones, only a reader of the text can tell.
//
// Otherwise
//
//   - valid UTF-8 is "utf-8";
//   - text that begins with UTF-8's mark, or has more characters of several
//     bytes than bytes that belong to none (in single-byte text the former
//     hardly occur), is damaged "utf-8";
//   - anything else with a byte 0x80–0x9f is "windows-1252", where these are
//     letters and punctuation; in ISO-8859-1 they are control characters that
//     no sentence holds;
//   - anything else is "iso-8859-1".
//
// Damaged UTF-8 is refused, or returned as it is if damaged is set. A NUL
// (UTF-16, a spreadsheet, an archive) is refused. The error begins with the
// line number.
func decode(data []byte, forced string, damaged bool) (content, encoding string, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return "", "", fmt.Errorf("%d: a NUL byte, so it is no text in UTF-8 or a single-byte encoding (UTF-16? try: iconv -f UTF-16 -t UTF-8)", lineOf(data, i))
	}
	text, marked := bytes.CutPrefix(data, []byte("\ufeff"))
	long, stray, first := survey(text)
	if encoding = forced; forced == "" {
		switch {
		case stray == 0 || marked || long > stray:
			encoding = "utf-8"
		case slices.ContainsFunc(data, func(b byte) bool { return 0x80 <= b && b <= 0x9f }):
			encoding = "windows-1252"
		default:
			encoding = "iso-8859-1"
		}
	}
	if table := singleByte[encoding]; table != nil {
		text, err := table.NewDecoder().Bytes(data)
		if err != nil {
			return "", "", fmt.Errorf("1: decode %s: %w", encoding, err)
		}
		return string(text), encoding, nil
	}
	switch {
	case encoding != "utf-8":
		return "", "", fmt.Errorf("1: there is no encoding %q (force one of utf-8, iso-8859-1, windows-1252, or none)", forced)
	case stray > 0 && !damaged && forced == "":
		return "", "", fmt.Errorf("%d: byte %#x is not UTF-8, though the file is otherwise (%d such bytes; repair them, convert the file with iconv, or skip bad rows)", lineOf(text, first), text[first], stray)
	case stray > 0 && !damaged:
		return "", "", fmt.Errorf("%d: byte %#x is not UTF-8 (%d such bytes; force another encoding or none, or skip bad rows)", lineOf(text, first), text[first], stray)
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
