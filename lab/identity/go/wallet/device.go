package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/privacybydesign/irmago/irma"
)

// signer is the telephone's secure element: one P-256 key, in a file of the wallet's own directory.
type signer struct{ key *ecdsa.PrivateKey }

func openSigner(path string) (*signer, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newSigner(path)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key", path)
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	return &signer{key}, err
}

func newSigner(path string) (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	return &signer{key}, os.WriteFile(path, text, 0o600)
}

// PublicKey gives the key in the form irmago asks for: PKIX, ASN.1 DER.
func (s *signer) PublicKey(string) ([]byte, error) {
	return x509.MarshalPKIXPublicKey(&s.key.PublicKey)
}

// Sign signs the SHA-256 of a message; the answer is ASN.1.
func (s *signer) Sign(_ string, message []byte) ([]byte, error) {
	hash := sha256.Sum256(message)
	return ecdsa.SignASN1(rand.Reader, s.key, hash[:])
}

// quiet is the app's part that is told what no session asked for. Only an error matters to us.
type quiet struct{}

func (quiet) CredentialsChanged()                                   {}
func (quiet) ReportError(err error)                                 { fmt.Fprintln(os.Stderr, "wallet:", err) }
func (quiet) EnrollmentSuccess(irma.SchemeManagerIdentifier)        {}
func (quiet) EnrollmentFailure(irma.SchemeManagerIdentifier, error) {}
func (quiet) ChangePinSuccess()                                     {}
func (quiet) ChangePinFailure(irma.SchemeManagerIdentifier, error)  {}
func (quiet) ChangePinIncorrect(irma.SchemeManagerIdentifier, int)  {}
func (quiet) ChangePinBlocked(irma.SchemeManagerIdentifier, int)    {}
