// Package account makes and checks the secrets of accounts: argon2id password
// hashes, the password rule, session and token secrets. It knows neither SQL
// nor HTTP and imports backend/city only.
package account

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"balaikota/backend/city"

	"golang.org/x/crypto/argon2"
)

// Argon2id parameters of RFC 9106's second recommendation scaled to a small
// server: 64 MiB, 2 passes, 1 lane. They are written into each hash, so they
// can be raised without breaking old ones.
const (
	memoryKiB = 64 * 1024
	passes    = 2
	lanes     = 1
	keyBytes  = 32
	saltBytes = 16
)

// working bounds how many hashes are computed at once: each takes 64 MiB, and
// a flood of sign-ins must not take the server's memory.
var working = make(chan struct{}, 2)

// Hash returns the password's argon2id hash in the usual text form
// ($argon2id$v=19$m=…,t=…,p=…$salt$key).
func Hash(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	key := derive(password, salt, passes, memoryKiB, lanes, keyBytes)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

func derive(password string, salt []byte, t, m uint32, p uint8, n uint32) []byte {
	working <- struct{}{}
	defer func() { <-working }()
	return argon2.IDKey([]byte(password), salt, t, m, p, n)
}

// Verify reports whether password is the one that hash was made from. A hash
// it cannot read is an error, not a mismatch.
func Verify(hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("read a password hash: not an argon2id hash")
	}
	var version int
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, fmt.Errorf("read a password hash: version %q is not supported", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false, fmt.Errorf("read a password hash: parameters %q: %w", parts[3], err)
	}
	if m < 8 || m > 1<<20 || t < 1 || t > 16 || p < 1 || p > 16 {
		return false, fmt.Errorf("read a password hash: parameters %q are out of bounds", parts[3])
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("read a password hash: salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != keyBytes {
		return false, fmt.Errorf("read a password hash: key is damaged")
	}
	got := derive(password, salt, t, m, p, keyBytes)
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// nobody is compared against when there is no such account, so that a sign-in
// takes as long whether or not the name exists.
var nobody = sync.OnceValue(func() string {
	h, err := Hash("there is no such account")
	if err != nil {
		panic(err) // without randomness nothing here can be trusted
	}
	return h
})

// VerifyNobody spends the time of Verify and always fails.
func VerifyNobody(password string) { _, _ = Verify(nobody(), password) }

// MinPassword is the shortest password an officer may choose, in characters
// (OWASP ASVS 5.0 6.2.1 asks for 8, and for 15 as recommended; 12 here).
const MinPassword = 12

// CheckNew returns an Invalid error on field when the password is too short,
// too long, or made of the username or one repeated character.
func CheckNew(field, username, password string) error {
	n := utf8.RuneCountInString(password)
	e := func(key, format string, args ...any) error {
		err := city.InvalidField(field, format, args...)
		err.Key = key
		err.Params = map[string]string{"min": fmt.Sprint(MinPassword)}
		return err
	}
	lower := strings.ToLower(password)
	switch {
	case n < MinPassword:
		return e("error.password_short", "has %d characters; use at least %d", n, MinPassword)
	case len(password) > 256:
		return e("error.password_long", "is longer than 256 bytes")
	case username != "" && strings.Contains(lower, strings.ToLower(username)):
		return e("error.password_username", "must not contain the username")
	case strings.Trim(lower, lower[:1]) == "" || rowOfKeys(lower):
		return e("error.password_simple", "is too easy to guess")
	}
	return nil
}

// rowOfKeys reports whether a password is just keys in a row.
func rowOfKeys(lower string) bool {
	for _, row := range []string{"123456789012345678901234567890", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz"} {
		if strings.Contains(row, lower) {
			return true
		}
	}
	return false
}

// NewSecret returns a random secret of 256 bits for a session or a token, and
// the hash under which it is stored.
func NewSecret() (secret string, hash []byte, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", nil, fmt.Errorf("make a secret: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(raw)
	return secret, HashSecret(secret), nil
}

// HashSecret is the stored form of a secret: SHA-256, enough for 256 random
// bits.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// NewPassword returns a random first password of four groups, easy to type
// from a terminal: 80 bits, no letters that look alike.
func NewPassword() (string, error) {
	const alphabet = "abcdefghjkmnpqrstuvwxyz23456789x" // 32 letters
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make a password: %w", err)
	}
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[c%32])
	}
	return b.String(), nil
}

// Keeper offers the package's functions as methods, for consumers that take
// them through an interface.
type Keeper struct{}

// Hash calls the function Hash.
func (Keeper) Hash(password string) (string, error) { return Hash(password) }

// Verify calls the function Verify.
func (Keeper) Verify(hash, password string) (bool, error) { return Verify(hash, password) }

// VerifyNobody calls the function VerifyNobody.
func (Keeper) VerifyNobody(password string) { VerifyNobody(password) }

// CheckNew calls the function CheckNew.
func (Keeper) CheckNew(field, username, password string) error {
	return CheckNew(field, username, password)
}

// NewSecret calls the function NewSecret.
func (Keeper) NewSecret() (string, []byte, error) { return NewSecret() }

// HashSecret calls the function HashSecret.
func (Keeper) HashSecret(secret string) []byte { return HashSecret(secret) }

// NewPassword calls the function NewPassword.
func (Keeper) NewPassword() (string, error) { return NewPassword() }
