package classify

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

// DefaultTemplate asks for one of the labels of any task. It is a text/template; {{.Labels}} is the list of labels
// in words ("a, b or c") and {{.Text}} the sentence on one line.
const DefaultTemplate = "Which of these labels fits the text: {{.Labels}}?\nText: {{.Text}}\nLabel:"

// ReadTemplate reads the text of a prompt from a file in UTF-8. Line ends at its end are no part of the prompt, nor is
// a byte order mark, and line ends are those of Unix, so that the prompt and its ID are the same wherever the file is
// checked out. A file without text is an error.
func ReadTemplate(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("classify: reading a template: %w", err)
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	switch {
	case !utf8.ValidString(text):
		return "", fmt.Errorf("classify: template %s: not UTF-8: save it as such", path)
	case strings.TrimSpace(text) == "":
		return "", fmt.Errorf("classify: template %s: empty", path)
	}
	return strings.TrimRight(text, "\r\n"), nil
}
