package config

import (
	"fmt"
	"os"
	"strings"

	"balaikota/backend/city"
)

// Notices says by which channels officers are told. Without a mail server the
// channel e-mail is off; pushes need HTTPS in front and a way out.
type Notices struct {
	PublicURL        string `name:"public-url" env:"BALAIKOTA_PUBLIC_URL" placeholder:"URL" help:"Where officers and reporters open Balaikota (https://balaikota.kota.go.id). Links in e-mail lead there; without it reporters are asked neither by e-mail nor by chat."`
	SMTPAddr         string `name:"smtp-addr" env:"BALAIKOTA_SMTP_ADDR" placeholder:"HOST:PORT" help:"Mail server that takes notices to officers and questions to reporters; port 465 is TLS from the start, others STARTTLS. Without it no e-mail is sent."`
	SMTPUser         string `name:"smtp-user" env:"BALAIKOTA_SMTP_USER" placeholder:"NAME" help:"Account at the mail server."`
	SMTPPasswordFile string `name:"smtp-password-file" env:"BALAIKOTA_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"A file that holds the account's password."`
	SMTPFrom         string `name:"smtp-from" env:"BALAIKOTA_SMTP_FROM" placeholder:"ADDRESS" help:"Sender of mail: Balaikota <balaikota@kota.go.id>."`
	SMTPPlain        bool   `name:"smtp-plain" env:"BALAIKOTA_SMTP_PLAIN" help:"Send mail unencrypted; to a server on this machine only."`
	PushSubject      string `name:"push-subject" env:"BALAIKOTA_PUSH_SUBJECT" placeholder:"ADDRESS" help:"How push services reach the city (mailto:diskominfo@kota.go.id). Without it no pushes are sent. The keys are made at the first start and kept in rahasia/vapid.json below --data; nodes of one city need the same file."`
}

// SMTPPassword returns the mail account's password, "" when there is none.
func (n Notices) SMTPPassword() (string, error) {
	if n.SMTPPasswordFile == "" {
		return "", nil
	}
	raw, err := os.ReadFile(n.SMTPPasswordFile)
	if err != nil {
		return "", fmt.Errorf("read the password of the mail server: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// Check reports what does not go together.
func (n Notices) Check() error {
	switch {
	case n.SMTPAddr != "" && n.SMTPFrom == "":
		return city.Errorf(city.Invalid, "--smtp-addr is set and --smtp-from is not; say who sends the mail")
	case n.PushSubject != "" && !strings.HasPrefix(n.PushSubject, "mailto:") && !strings.HasPrefix(n.PushSubject, "https://"):
		return city.Errorf(city.Invalid, "--push-subject begins with mailto: or https://")
	case n.PublicURL != "" && !strings.HasPrefix(n.PublicURL, "https://") && !strings.HasPrefix(n.PublicURL, "http://"):
		return city.Errorf(city.Invalid, "--public-url is an address such as https://balaikota.kota.go.id")
	}
	return nil
}
