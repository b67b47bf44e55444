// Package file has the one type that every emitter returns.
package file

// A File is one generated file. The generator writes nothing to disk.
type File struct {
	// Path is relative to the output folder of the file's language, with
	// forward slashes.
	Path string
	// Shared says that Path is relative to the folder of packages that worlds
	// share, where there is one.
	Shared bool
	Data   []byte
	// Once marks a file that belongs to the user: it is created when it is
	// missing and never written again.
	Once bool
}
