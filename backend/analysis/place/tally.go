package place

import (
	"iter"
	"strings"
)

// counts are a few names with how often each was written. Most pages have one
// or two, for which a slice takes a tenth of the memory of a map.
type counts []counted

type counted struct {
	name string
	n    int
}

func (c *counts) add(name string, by int) {
	for i := range *c {
		if (*c)[i].name == name {
			(*c)[i].n += by
			return
		}
	}
	*c = append(*c, counted{strings.Clone(name), by})
}

// most returns the name with the highest count, of equal ones the first in the
// alphabet.
func (c counts) most() string {
	best := counted{}
	for _, o := range c {
		if o.n > best.n || o.n == best.n && o.name < best.name {
			best = o
		}
	}
	return best.name
}

// fewCells is how many cells a page holds before it needs a map.
const fewCells = 16

// cells are the sums of a page by cell; a slice while there are few.
type cells struct {
	few  []celled
	many map[cell]sums
}

type celled struct {
	at cell
	sums
}

// add adds to a cell; one that comes to nothing goes.
func (c *cells) add(at cell, by sums) {
	if c.many != nil {
		s := c.many[at]
		if s = s.plus(by); s.n > 0 {
			c.many[at] = s
		} else {
			delete(c.many, at)
		}
		return
	}
	for i := range c.few {
		if c.few[i].at != at {
			continue
		}
		if c.few[i].sums = c.few[i].plus(by); c.few[i].n <= 0 {
			last := len(c.few) - 1
			c.few[i] = c.few[last]
			c.few = c.few[:last]
		}
		return
	}
	if by.n <= 0 {
		return
	}
	if len(c.few) < fewCells {
		c.few = append(c.few, celled{at, by})
		return
	}
	c.many = make(map[cell]sums, 2*fewCells)
	for _, f := range c.few {
		c.many[f.at] = f.sums
	}
	c.many[at], c.few = by, nil
}

// all goes through the cells in no order.
func (c *cells) all() iter.Seq2[cell, sums] {
	return func(yield func(cell, sums) bool) {
		for _, f := range c.few {
			if !yield(f.at, f.sums) {
				return
			}
		}
		for at, s := range c.many {
			if !yield(at, s) {
				return
			}
		}
	}
}

func (s sums) plus(o sums) sums { return sums{s.n + o.n, s.x + o.x, s.y + o.y} }
