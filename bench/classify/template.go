package classify

// DefaultTemplate asks for one of the labels of any task. It is a text/template; {{.Labels}} is the list of labels
// in words ("a, b or c") and {{.Text}} the sentence on one line.
const DefaultTemplate = "Which of these labels fits the text: {{.Labels}}?\nText: {{.Text}}\nLabel:"
