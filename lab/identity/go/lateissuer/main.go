// Command lateissuer is the yivi program with one rule off: it also issues credentials that have expired already.
// The tests need such a credential in a wallet, and the real server rightly refuses to make one.
package main

import (
	"github.com/privacybydesign/irmago/irma/server/irmaserver"
	"github.com/privacybydesign/irmago/yivi/cli"
)

func main() {
	irmaserver.AllowIssuingExpiredCredentials = true
	cli.Execute()
}
