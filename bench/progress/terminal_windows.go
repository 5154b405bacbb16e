package progress

import "os"

// Terminal opens the console from which this process was started, wherever its standard output and error go. It is nil if
// there is none.
func Terminal() *os.File {
	f, err := os.OpenFile("CONOUT$", os.O_RDWR, 0) // the size of a console is told to those who may read it
	if err != nil {
		return nil
	}
	return f
}
