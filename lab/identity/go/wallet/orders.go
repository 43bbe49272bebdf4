package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/privacybydesign/irmago/client"
	"github.com/privacybydesign/irmago/common/clientmodels"
)

// An Order is what the citizen does: show the wallet a session, or answer one that waits for her.
type Order struct {
	ID      int             `json:"id"`                // chosen by the one who drives the wallet, from 1
	Session json.RawMessage `json:"session,omitempty"` // a session pointer, as a QR carries it
	Answer  string          `json:"answer"`            // "accept", "refuse", or "ask": report, and wait for an answer
}

// A Report is what the citizen sees.
type Report struct {
	ID              int      `json:"id,omitempty"`
	Event           string   `json:"event"` // ready, pairing, permission, success, dismissed, error
	PairingCode     string   `json:"pairing_code,omitempty"`
	Requestor       string   `json:"requestor,omitempty"`
	Asked           []string `json:"asked,omitempty"` // attribute ids of the first way to satisfy the request
	ClientReturnURL string   `json:"client_return_url,omitempty"`
	Error           string   `json:"error,omitempty"` // what kind of error, never its content
}

// Orders turns orders into sessions, and what happens in them into reports.
type Orders struct {
	yivi    *client.Client
	digits  *digits
	mu      sync.Mutex
	out     io.Writer
	answers map[int]string                    // how to answer once the permission is asked
	waiting map[int]clientmodels.SessionState // permissions that wait for an answer
}

func newOrders(out io.Writer) *Orders {
	return &Orders{out: out, digits: newDigits(), answers: map[int]string{}, waiting: map[int]clientmodels.SessionState{}}
}

// follow obeys each line until stdin ends.
func (o *Orders) follow(in *bufio.Reader) error {
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var order Order
		if err := json.Unmarshal(line, &order); err != nil {
			return fmt.Errorf("a line that is no order: %w", err)
		}
		if err := o.obey(order); err != nil {
			return err
		}
	}
}

func (o *Orders) obey(order Order) error {
	if order.ID < 1 {
		return errors.New("an order needs an id from 1")
	}
	if order.Session == nil {
		return o.answerNow(order)
	}
	if err := o.digits.expect(order.ID, order.Session); err != nil {
		return err
	}
	o.mu.Lock()
	o.answers[order.ID] = order.Answer
	o.mu.Unlock()
	o.yivi.NewSession(order.ID, string(order.Session))
	return nil
}

func (o *Orders) answerNow(order Order) error {
	o.mu.Lock()
	state, known := o.waiting[order.ID]
	delete(o.waiting, order.ID)
	o.mu.Unlock()
	if known {
		return o.answer(state, order.Answer == "accept")
	}
	return o.dismiss(order.ID) // she may put the app away before it asks, as while it shows the pairing digits
}

func (o *Orders) dismiss(id int) error {
	return o.yivi.HandleUserInteraction(clientmodels.SessionUserInteraction{
		SessionId: id, Type: clientmodels.UI_DismissSession,
	})
}

// UpdateSession is irmago's callback: a session has moved on.
func (o *Orders) UpdateSession(state clientmodels.SessionState) {
	report := Report{ID: state.Id, ClientReturnURL: state.ClientReturnUrl}
	switch state.Status {
	case clientmodels.Status_ShowPairingCode:
		report.Event, report.PairingCode = "pairing", state.PairingCode
		o.digits.show(state.Id, func() { o.report(report) })
		return
	case clientmodels.Status_RequestPermission:
		o.permission(state)
		return
	case clientmodels.Status_Error:
		report.Event, report.Error = "error", kind(state.Error)
		fmt.Fprintf(os.Stderr, "wallet: session %d: %+v\n", state.Id, state.Error)
	default:
		report.Event = string(state.Status)
	}
	o.report(report)
}

func (o *Orders) permission(state clientmodels.SessionState) {
	o.mu.Lock()
	answer := o.answers[state.Id]
	if answer == "ask" {
		o.waiting[state.Id] = state
	}
	o.mu.Unlock()
	o.report(Report{ID: state.Id, Event: "permission", Requestor: state.Requestor.Name, Asked: asked(state)})
	if answer == "ask" {
		return
	}
	// Not from within the callback: irmago holds the session while it runs.
	go func() {
		if err := o.answer(state, answer == "accept"); err != nil {
			o.report(Report{ID: state.Id, Event: "error", Error: err.Error()})
		}
	}()
}

func (o *Orders) report(report Report) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := fmt.Fprintf(o.out, "%s\n", mustJSON(report)); err != nil {
		panic(err) // nobody listens any more
	}
}

// kind tells what sort of error it was in two words: the rest may hold content.
func kind(failure *clientmodels.SessionError) string {
	if failure == nil {
		return "unknown"
	}
	if failure.RemoteError != nil {
		return failure.ErrorType + " " + failure.RemoteError.ErrorName
	}
	return failure.ErrorType
}
