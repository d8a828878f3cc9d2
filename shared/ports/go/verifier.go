// Package verifier verifies the signature of Intelligems webhooks. One file to copy: only the standard library.
package verifier

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"time"
)

// Why a webhook was refused; the first is a mistake of the calling code, not of the sender.
var (
	ErrNoSecret           = errors.New("no-secret")
	ErrNoSignature        = errors.New("no-signature")
	ErrMalformedSignature = errors.New("malformed-signature")
	ErrNoMatch            = errors.New("no-match")
	ErrOutsideTolerance   = errors.New("outside-tolerance")
)

// Tolerance limits how far the event's time may lie from now, in ms. Retries carry the event's old time: allow hours.
type Tolerance struct {
	Ms        float64
	Timestamp *float64 // in ms since 1970; nil: the "timestamp" of the verified JSON body
	Now       *float64 // in ms since 1970; nil: the system's clock
}

// Verify returns the index of the secret that the raw body was signed with, or why it was refused. It never panics on
// what a sender controls. The signature is 64 hex digits in either case. A nil tolerance means no limit. In a handler:
//
//	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
//	signature := r.Header.Get("X-Intelligems-Signature")
//	secrets := []string{os.Getenv("INTELLIGEMS_WEBHOOK_SECRET")}
//	if _, err := verifier.Verify(body, signature, secrets, nil); err != nil { w.WriteHeader(401); return }
func Verify(body []byte, signature string, secrets []string, tolerance *Tolerance) (int, error) {
	if len(secrets) == 0 {
		return -1, ErrNoSecret
	}
	for _, secret := range secrets {
		if secret == "" {
			return -1, ErrNoSecret
		}
	}
	if signature == "" {
		return -1, ErrNoSignature
	}
	claimed, err := hex.DecodeString(signature)
	if err != nil || len(claimed) != sha256.Size {
		return -1, ErrMalformedSignature
	}

	match := -1
	// From the last to the first, with no early exit: the time taken does not show which secret matched.
	for index := len(secrets) - 1; index >= 0; index-- {
		mac := hmac.New(sha256.New, []byte(secrets[index]))
		mac.Write(body)
		if hmac.Equal(mac.Sum(nil), claimed) {
			match = index
		}
	}
	if match < 0 {
		return -1, ErrNoMatch
	}
	if tolerance != nil && !tolerance.allows(body) {
		return -1, ErrOutsideTolerance
	}
	return match, nil
}

func (tolerance *Tolerance) allows(body []byte) bool {
	now := float64(time.Now().UnixMilli())
	if tolerance.Now != nil {
		now = *tolerance.Now
	}
	if tolerance.Timestamp != nil {
		return math.Abs(now-*tolerance.Timestamp) <= tolerance.Ms
	}
	// Only the time is decoded: another number may be too large for a float64, which is no fault of the event.
	var event map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &event) != nil {
		return false
	}
	var timestamp *float64
	return json.Unmarshal(event["timestamp"], &timestamp) == nil && timestamp != nil &&
		math.Abs(now-*timestamp) <= tolerance.Ms
}
