package verifier

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

type vector struct {
	Name       string
	Body       []byte
	BodyRepeat int
	ParsedBody json.RawMessage
	Signature  string
	Secrets    []string
	Options    struct{ ToleranceMs, Timestamp, Now *float64 }
	Verdict    struct {
		OK     bool
		Secret int
		Reason string
	}
}

// Runs the cases of vectors.json, whose path is in the environment as VECTORS. A parsed body cannot be handed over in
// Go, so those cases are left out.
func TestVectors(t *testing.T) {
	file, err := os.ReadFile(os.Getenv("VECTORS"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct{ Cases []vector }
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	agreed, impossible := 0, 0
	for _, each := range vectors.Cases {
		if each.ParsedBody != nil {
			impossible++
			continue
		}
		if each.BodyRepeat > 0 {
			each.Body = bytes.Repeat(each.Body, each.BodyRepeat)
		}
		var tolerance *Tolerance
		if each.Options.ToleranceMs != nil {
			tolerance = &Tolerance{*each.Options.ToleranceMs, each.Options.Timestamp, each.Options.Now}
		}
		secret, err := Verify(each.Body, each.Signature, each.Secrets, tolerance)
		if each.Verdict.OK != (err == nil) || each.Verdict.OK && secret != each.Verdict.Secret ||
			err != nil && err.Error() != each.Verdict.Reason {
			t.Errorf("%s: expected %+v, got %d, %v", each.Name, each.Verdict, secret, err)
			continue
		}
		agreed++
	}
	t.Logf("%d of %d cases agree", agreed, len(vectors.Cases)-impossible)
}
