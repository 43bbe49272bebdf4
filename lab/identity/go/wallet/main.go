// Command wallet is a citizen's Yivi app without a screen: the client of irmago, driven by lines of JSON.
//
// Each line on stdin is an Order, each line on stdout a Report. Stdout carries nothing else; what irmago
// logs goes to stderr, errors only.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/privacybydesign/irmago/client"
	"github.com/privacybydesign/irmago/irma"
	"github.com/sirupsen/logrus"
)

func main() {
	storage := flag.String("storage", "", "directory of this wallet (made when it is not there)")
	schemes := flag.String("schemes", "", "directory with the schemes it knows")
	flag.Parse()
	if err := run(*storage, *schemes); err != nil {
		fmt.Fprintln(os.Stderr, "wallet:", err)
		os.Exit(1)
	}
}

func run(storage, schemes string) error {
	stayAtHome()
	irma.Logger.SetLevel(logrus.ErrorLevel)
	irma.Logger.SetOutput(os.Stderr)
	reports, err := ourStdout()
	if err != nil {
		return err
	}
	orders := newOrders(reports)
	yivi, err := open(storage, schemes, orders)
	if err != nil {
		return err
	}
	defer yivi.Close()
	orders.yivi = yivi
	orders.report(Report{Event: "ready"})
	return orders.follow(bufio.NewReader(os.Stdin))
}

// stayAtHome keeps the wallet on this machine: at its start irmago looks for revocation lists in the world.
func stayAtHome() {
	refuse := func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("this wallet looks up no names")
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: refuse}
}

// ourStdout is stdout for reports alone. Libraries print there too (gorm, when its database is slow), and keep the
// file from before main: so theirs is turned to stderr below them, and ours is a copy of what it was.
func ourStdout() (*os.File, error) {
	reports, err := syscall.Dup(1)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(reports), "reports"), syscall.Dup3(2, 1, 0)
}

func open(storage, schemes string, orders *Orders) (*client.Client, error) {
	if err := os.MkdirAll(filepath.Join(storage, "eudi"), 0o700); err != nil {
		return nil, err
	}
	signer, err := openSigner(filepath.Join(storage, "device.pem"))
	if err != nil {
		return nil, err
	}
	// A synthetic citizen's storage needs no secret of its own: the key is known, its directory is private.
	var storageKey [32]byte
	yivi, err := client.New(storage, schemes, filepath.Join(storage, "eudi"), quiet{}, orders, signer, storageKey, "nl")
	if err != nil {
		return nil, err
	}
	// Without developer mode it refuses a server that speaks plain http, even on loopback.
	preferences := yivi.GetPreferences()
	preferences.DeveloperMode = true
	yivi.SetPreferences(preferences)
	return yivi, nil
}

// mustJSON marshals what cannot fail to be marshalled.
func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
