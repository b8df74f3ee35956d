package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"balaikota/connectors"
)

// wire is one version of the protocol. Reading and writing of packets is the
// libraries'; which packets go when is line's.
type wire interface {
	connect(w io.Writer, h hello) error
	subscribe(w io.Writer, id uint16, filters []string) error
	ack(w io.Writer, id uint16) error
	ping(w io.Writer) error
	goodbye(w io.Writer) error
	// read reads one packet, which readPacket has found to be small enough.
	read(r io.Reader) (packet, error)
	// refused explains a code of CONNACK or DISCONNECT other than success.
	refused(code byte, reason string) error
}

// hello is what we say when we connect.
type hello struct {
	clientID       string
	user, password string
	keep           bool // the broker holds messages while we are away
}

// What a packet is to us.
type kind int

const (
	other      kind = iota // nothing that a subscriber has to heed
	welcome                // CONNACK
	subscribed             // SUBACK
	published              // PUBLISH
	dismissed              // DISCONNECT, version 5 only
)

// packet is what the broker sent.
type packet struct {
	kind    kind
	code    byte   // of CONNACK and DISCONNECT
	reason  string // in the broker's own words
	present bool   // CONNACK: the broker had kept our session
	codes   []byte // SUBACK: one for each topic
	message message
}

// message is what somebody published.
type message struct {
	topic    string
	payload  []byte
	id       uint16 // 0 for those that need no acknowledgement
	retained bool
	size     int // of the packet; payload is empty when it is beyond maxPacket
	arrived  time.Time
}

const (
	keepAlive   = 30 // seconds
	maxInFlight = 200
	maxPacket   = 1 << 20
	// keepFor is how long a broker of version 5 is asked to hold our session.
	keepFor = 7 * 24 * 60 * 60 // seconds
	typeOf  = 4                // the type of a packet is in the upper four bits
	connack = 2
	publish = 3
)

var errMalformed = errors.New("a packet's length or topic makes no sense")

// readPacket reads the next packet. One that is too large is not kept in memory:
// a message becomes one without payload, so that it can be refused and does not
// stand at the head of the queue for ever.
func readPacket(v wire, r *bufio.Reader) (p packet, err error) {
	defer func() {
		// The decoders are others'; what they make of hostile bytes must not
		// end the program.
		if caught := recover(); caught != nil {
			err = malformed(fmt.Errorf("%v", caught))
		}
	}()
	head, length, err := peekHeader(r)
	if err != nil {
		return packet{}, err
	}
	if length > maxPacket {
		return skipPacket(r, head, length)
	}
	p, err = v.read(r)
	if err != nil {
		return packet{}, err
	}
	if p.kind == published && p.message.topic == "" {
		return packet{}, malformed(errMalformed)
	}
	p.message.size = length
	return p, nil
}

func malformed(err error) error { return &connectors.MalformedError{What: "MQTT", Err: err} }

// peekHeader returns the first bytes of a packet and the length of what follows
// them (MQTT 5 §2.1.4) without taking them off the reader.
func peekHeader(r *bufio.Reader) (head []byte, length int, err error) {
	for n := 2; n <= 5; n++ {
		head, err = r.Peek(n)
		if err != nil {
			if errors.Is(err, io.EOF) && len(head) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return nil, 0, err
		}
		length |= int(head[n-1]&0x7f) << (7 * (n - 2))
		if head[n-1] < 0x80 {
			return head, length, nil
		}
	}
	return nil, 0, malformed(errMalformed)
}

// skipPacket passes over a packet that is too large. Of a message it keeps where
// it belongs, which both versions write in the same way.
func skipPacket(r *bufio.Reader, head []byte, length int) (packet, error) {
	first := head[0]
	if first>>typeOf != publish {
		return packet{}, connectors.ErrTooLarge
	}
	if _, err := r.Discard(len(head)); err != nil {
		return packet{}, err
	}
	var two [2]byte
	if _, err := io.ReadFull(r, two[:]); err != nil {
		return packet{}, err
	}
	topic := make([]byte, binary.BigEndian.Uint16(two[:]))
	if _, err := io.ReadFull(r, topic); err != nil {
		return packet{}, err
	}
	rest := length - len(two) - len(topic)
	m := message{topic: string(topic), retained: first&1 > 0, size: length}
	if first&0x06 > 0 {
		if _, err := io.ReadFull(r, two[:]); err != nil {
			return packet{}, err
		}
		m.id = binary.BigEndian.Uint16(two[:])
		rest -= len(two)
	}
	_, err := io.CopyN(io.Discard, r, int64(rest))
	return packet{kind: published, message: m}, err
}
