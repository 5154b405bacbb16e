package dataset

import (
	"errors"
	"fmt"
	"strings"
)

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
func (r *reader) readPhraseBank(content string) error {
	for n, line := range lines(content) {
		text, label, err := splitPhraseBank(line)
		if err := r.record(n, Example{Text: text, Label: label}, err); err != nil {
			return err
		}
	}
	return nil
}
