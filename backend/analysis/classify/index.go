package classify

// index finds the number of a feature by its key: an open-addressing table,
// which takes a fraction of a map's room and time.
type index struct {
	keys   []uint32 // 0 = empty
	values []uint32
	n      int
}

func newIndex(expect int) *index {
	size := 1024
	for size < 2*expect {
		size *= 2
	}
	return &index{keys: make([]uint32, size), values: make([]uint32, size)}
}

// place is where the key is or would go.
func (x *index) place(key uint32) int {
	mask := len(x.keys) - 1
	i := int(key*0x9E3779B1) & mask
	for x.keys[i] != 0 && x.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// get returns the key's value and whether it is there.
func (x *index) get(key uint32) (uint32, bool) {
	i := x.place(key)
	return x.values[i], x.keys[i] == key
}

// at returns where the key's value is kept, making room for it.
func (x *index) at(key uint32) *uint32 {
	if 2*(x.n+1) > len(x.keys) {
		bigger := newIndex(len(x.keys))
		for i, k := range x.keys {
			if k != 0 {
				*bigger.at(k) = x.values[i]
			}
		}
		*x = *bigger
	}
	i := x.place(key)
	if x.keys[i] == 0 {
		x.keys[i] = key
		x.n++
	}
	return &x.values[i]
}
