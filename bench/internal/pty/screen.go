// Package pty opens terminals whose screen a test can look at. There are some on Linux only.
package pty

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const columns = 80

var sequence = regexp.MustCompile("^\x1b\\[([0-9]*)([A-Za-z])")

// Screen is what a terminal of 80 columns shows of the text written to it. It knows what a bar uses, and all else is an
// error: of a hidden cursor or another mode somebody would have to take care when the process is killed.
func Screen(text string) (string, error) {
	rows, row, column := [][]rune{nil}, 0, 0
	for len(text) > 0 {
		if m := sequence.FindStringSubmatch(text); m != nil {
			text = text[len(m[0]):]
			n, _ := strconv.Atoi(m[1])
			switch m[2] {
			case "A": // up
				row = max(0, row-max(1, n))
			case "J": // erase what is right and below
				rows = rows[:row+1]
				rows[row] = rows[row][:min(column, len(rows[row]))]
			default:
				return "", fmt.Errorf("pty: an unknown sequence: %q", m[0])
			}
			continue
		}
		c, n := utf8.DecodeRuneInString(text)
		text = text[n:]
		switch {
		case c == '\r':
			column = 0
		case c == '\n':
			if row++; row == len(rows) {
				rows = append(rows, nil)
			}
		case c < ' ':
			return "", fmt.Errorf("pty: an unknown control character: %q", c)
		default:
			if column == columns { // only what comes after a full row begins the next
				row, column = row+1, 0
			}
			for len(rows) <= row {
				rows = append(rows, nil)
			}
			for len(rows[row]) <= column {
				rows[row] = append(rows[row], ' ')
			}
			rows[row][column] = c
			column++
		}
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.TrimRight(string(r), " "))
	}
	return strings.Join(lines, "\n"), nil
}
