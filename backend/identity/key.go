package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"balaikota/backend/city"
)

const (
	secretBytes = 32
	// boxBytes of an HMAC-SHA-256 tell two of a city's people apart: among 10^9
	// the chance that any two share one is below 10^-20.
	boxBytes = 16
)

// key is one secret, and what was derived from it: a cipher that seals and a key
// that makes boxes. Its id is derived too, so that a secret that was changed by
// hand is noticed, and another secret never has the same id.
type key struct {
	id     string
	made   time.Time
	secret []byte
	aead   cipher.AEAD
	box    []byte
}

func newKey(secret []byte, made time.Time) (*key, error) {
	if len(secret) != secretBytes {
		return nil, fmt.Errorf("a secret of %d bytes, want %d", len(secret), secretBytes)
	}
	part := func(what string, n int) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, nil, "balaikota identitas "+what, n)
	}
	id, err := part("nomor", 6)
	if err != nil {
		return nil, err
	}
	seal, err := part("segel", 32)
	if err != nil {
		return nil, err
	}
	box, err := part("kotak", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, err
	}
	// The nonce is drawn anew for each seal and stands before what it seals.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &key{id: hex.EncodeToString(id), made: made.UTC().Truncate(time.Second), secret: secret, aead: aead, box: box}, nil
}

func makeKey(now time.Time) (*key, error) {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // crypto/rand never fails
	return newKey(secret, now)
}

// ID implements city.IdentityKey.
func (k *key) ID() string { return k.id }

// Seal implements city.IdentityKey.
func (k *key) Seal(about string, plain []byte) []byte {
	return k.aead.Seal(nil, nil, plain, []byte(about)) //nolint:gosec // it draws the nonce itself
}

// Box implements city.IdentityKey.
func (k *key) Box(kind, value string) []byte {
	if value == "" {
		return nil
	}
	h := hmac.New(sha256.New, k.box)
	_, _ = h.Write([]byte(kind + "\x00" + value)) // a hash takes everything
	return h.Sum(nil)[:boxBytes]
}

func (k *key) open(about string, sealed []byte) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, []byte(about))
	if err != nil {
		return nil, fmt.Errorf("%w: it was changed, or belongs elsewhere", city.ErrSealed)
	}
	return plain, nil
}
