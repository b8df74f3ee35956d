package incident

import (
	"container/heap"
)

// work is a queue of reports to be linked anew, earliest first, each once.
type work struct {
	queue  nodeHeap
	queued map[*node]bool
}

func (w *work) add(n *node) {
	if w.queued == nil {
		w.queued = map[*node]bool{}
	}
	if _, known := w.queued[n]; known {
		return
	}
	w.queued[n] = true
	heap.Push(&w.queue, n)
}

// drop sees to it that n is not handed out.
func (w *work) drop(n *node) {
	if w.queued == nil {
		w.queued = map[*node]bool{}
	}
	w.queued[n] = false
}

// next hands out the earliest report, nil when none is left. What is added
// later than it was handed out is, by the order of links, later than it.
func (w *work) next() *node {
	for len(w.queue) > 0 {
		n := heap.Pop(&w.queue).(*node)
		if w.queued[n] {
			return n
		}
	}
	return nil
}

type nodeHeap []*node

func (h nodeHeap) Len() int           { return len(h) }
func (h nodeHeap) Less(i, j int) bool { return compareNodes(h[i], h[j]) < 0 }
func (h nodeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *nodeHeap) Push(x any)        { *h = append(*h, x.(*node)) }
func (h *nodeHeap) Pop() any {
	old := *h
	n := old[len(old)-1]
	*h = old[:len(old)-1]
	return n
}
