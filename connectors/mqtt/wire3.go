package mqtt

import (
	"io"
	"strconv"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// wire3 is MQTT 3.1.1.
type wire3 struct{}

func (wire3) connect(w io.Writer, h hello) error {
	c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	c.ProtocolName, c.ProtocolVersion = "MQTT", 4
	c.ClientIdentifier, c.Keepalive, c.CleanSession = h.clientID, keepAlive, !h.keep
	c.Username, c.UsernameFlag = h.user, h.user != ""
	c.Password, c.PasswordFlag = []byte(h.password), h.password != ""
	return c.Write(w)
}

func (wire3) subscribe(w io.Writer, id uint16, filters []string) error {
	s := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	s.MessageID, s.Topics = id, filters
	for range filters {
		s.Qoss = append(s.Qoss, 1)
	}
	return s.Write(w)
}

func (wire3) ack(w io.Writer, id uint16) error {
	a := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
	a.MessageID = id
	return a.Write(w)
}

func (wire3) ping(w io.Writer) error { return packets.NewControlPacket(packets.Pingreq).Write(w) }

func (wire3) goodbye(w io.Writer) error { return packets.NewControlPacket(packets.Disconnect).Write(w) }

func (wire3) read(r io.Reader) (packet, error) {
	p, err := packets.ReadPacket(r)
	if err != nil {
		return packet{}, err
	}
	switch c := p.(type) {
	case *packets.ConnackPacket:
		return packet{kind: welcome, code: c.ReturnCode, present: c.SessionPresent}, nil
	case *packets.SubackPacket:
		return packet{kind: subscribed, codes: c.ReturnCodes}, nil
	case *packets.PublishPacket:
		return packet{kind: published, message: message{topic: c.TopicName, payload: c.Payload, id: c.MessageID, retained: c.Retain}}, nil
	}
	return packet{}, nil
}

func (wire3) refused(code byte, reason string) error {
	switch code {
	case packets.ErrRefusedBadUsernameOrPassword, packets.ErrRefusedNotAuthorised:
		return refusedKey(code)
	case packets.ErrRefusedServerUnavailable:
		return busy(code)
	case packets.ErrRefusedIDRejected:
		return city.InvalidField("client_id", "is not accepted by the broker; ask its owner for one")
	case packets.ErrRefusedBadProtocolVersion:
		return city.InvalidField("version", "is not spoken by the broker; choose the other one")
	}
	return told(code, reason)
}

// failure is one of the texts of connectors with the broker's own code.
func failure(key connectors.Failure, code byte, message string) error {
	return &city.Error{Code: city.Internal, Key: string(key), Message: message, Params: map[string]string{"status": "MQTT " + strconv.Itoa(int(code))}}
}

func refusedKey(code byte) error {
	return failure(connectors.FailKey, code, "The broker refused user and password (code MQTT "+strconv.Itoa(int(code))+"). Ask its owner for new ones.")
}

func busy(code byte) error {
	return failure(connectors.FailBusy, code, "The broker asked us to wait (code MQTT "+strconv.Itoa(int(code))+"). It is tried again by itself.")
}

func takenOver() error {
	return city.InvalidField("client_id", "is used by another client as well, which has just thrown us out; give each its own")
}

func told(code byte, reason string) error {
	if reason == "" {
		reason = "no reason given"
	}
	return &connectors.ToldError{Detail: "MQTT " + strconv.Itoa(int(code)) + ", " + reason}
}
