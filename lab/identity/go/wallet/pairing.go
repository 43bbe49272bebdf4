package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	sse "github.com/sietseringers/go-sse"
)

// digits holds back the pairing digits until the app listens to its session. irmago shows them first and listens
// after, and never hears of a confirmation in between (irma/wait_status.go). People are not so quick; programs are.
type digits struct {
	mu    sync.Mutex
	held  map[string]func() // by the address that the app will listen to
	ready map[string]bool   // it listens already
	where map[int]string
}

func newDigits() *digits {
	d := &digits{held: map[string]func(){}, ready: map[string]bool{}, where: map[int]string{}}
	sse.Client = &http.Client{Transport: d}
	return d
}

// expect notes where session `id` will be listened to.
func (d *digits) expect(id int, pointer json.RawMessage) error {
	var session struct {
		URL string `json:"u"`
	}
	err := json.Unmarshal(pointer, &session)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.where[id] = strings.TrimSuffix(session.URL, "/") + "/statusevents"
	return err
}

// show shows the digits of session `id` once the app listens; a second time it does nothing.
func (d *digits) show(id int, show func()) {
	d.mu.Lock()
	address := d.where[id]
	delete(d.where, id)
	listens := d.ready[address]
	if address != "" && !listens {
		d.held[address] = show
	}
	d.mu.Unlock()
	if address != "" && listens {
		show()
	}
}

// RoundTrip listens, and shows what was held back: the server has noted a listener before it answers her.
func (d *digits) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	address := request.URL.String()
	d.mu.Lock()
	show := d.held[address]
	delete(d.held, address)
	d.ready[address] = true
	d.mu.Unlock()
	if show != nil {
		show()
	}
	if err == nil && strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		response.Body = newWithoutPairing(response.Body)
	}
	return response, err
}
