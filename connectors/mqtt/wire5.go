package mqtt

import (
	"io"

	"github.com/eclipse/paho.golang/packets"

	"balaikota/backend/city"
)

// wire5 is MQTT 5.
type wire5 struct{}

func (wire5) connect(w io.Writer, h hello) error {
	inFlight, largest := uint16(maxInFlight), uint32(maxPacket)
	c := &packets.Connect{
		ProtocolName: "MQTT", ProtocolVersion: 5, ClientID: h.clientID, KeepAlive: keepAlive, CleanStart: !h.keep,
		Username: h.user, UsernameFlag: h.user != "", Password: []byte(h.password), PasswordFlag: h.password != "",
		Properties: &packets.Properties{ReceiveMaximum: &inFlight, MaximumPacketSize: &largest},
	}
	if h.keep {
		span := uint32(keepFor)
		c.Properties.SessionExpiryInterval = &span
	}
	_, err := c.WriteTo(w)
	return err
}

// subscribe asks for what is retained only when the subscription is new: after a
// reconnection it would be the same old values again.
func (wire5) subscribe(w io.Writer, id uint16, filters []string) error {
	s := &packets.Subscribe{PacketID: id, Properties: &packets.Properties{}}
	for _, f := range filters {
		s.Subscriptions = append(s.Subscriptions, packets.SubOptions{Topic: f, QoS: 1, RetainHandling: packets.RetainSendOnSubscribeIfNew})
	}
	_, err := s.WriteTo(w)
	return err
}

func (wire5) ack(w io.Writer, id uint16) error {
	_, err := (&packets.Puback{PacketID: id, Properties: &packets.Properties{}}).WriteTo(w)
	return err
}

func (wire5) ping(w io.Writer) error {
	_, err := packets.NewControlPacket(packets.PINGREQ).WriteTo(w)
	return err
}

func (wire5) goodbye(w io.Writer) error {
	_, err := packets.NewControlPacket(packets.DISCONNECT).WriteTo(w)
	return err
}

func (wire5) read(r io.Reader) (packet, error) {
	p, err := packets.ReadPacket(r)
	if err != nil {
		return packet{}, err
	}
	switch c := p.Content.(type) {
	case *packets.Connack:
		return packet{kind: welcome, code: c.ReasonCode, reason: c.Properties.ReasonString, present: c.SessionPresent}, nil
	case *packets.Suback:
		return packet{kind: subscribed, codes: c.Reasons, reason: c.Properties.ReasonString}, nil
	case *packets.Disconnect:
		return packet{kind: dismissed, code: c.ReasonCode, reason: c.Properties.ReasonString}, nil
	case *packets.Publish:
		return packet{kind: published, message: message{topic: c.Topic, payload: c.Payload, id: c.PacketID, retained: c.Retain}}, nil
	}
	return packet{}, nil
}

func (wire5) refused(code byte, reason string) error {
	switch code {
	case packets.ConnackBadUsernameOrPassword, packets.ConnackNotAuthorized, packets.ConnackBanned, packets.ConnackBadAuthenticationMethod:
		return refusedKey(code)
	case packets.ConnackServerUnavailable, packets.ConnackServerBusy, packets.ConnackQuotaExceeded, packets.ConnackConnectionRateExceeded:
		return busy(code)
	case packets.ConnackInvalidClientID:
		return city.InvalidField("client_id", "is not accepted by the broker; ask its owner for one")
	case packets.ConnackUnsupportedProtocolVersion:
		return city.InvalidField("version", "is not spoken by the broker; choose 3.1.1")
	case packets.DisconnectSessionTakenOver:
		return takenOver()
	}
	return told(code, reason)
}
