package incident

// Entry is a stored report with the root of its stored link.
type Entry struct {
	Features Features
	Root     string
}
