package main

import (
	"bufio"
	"bytes"
	"io"
)

// withoutPairing reads server-sent events, all but those that say PAIRING.
//
// The server tells its listeners of PAIRING from a goroutine of its own: on a busy machine the app listens already when
// it comes. irmago takes any first event but CONNECTED for a rejection, and cancels (irma/irmaclient/session.go).
type withoutPairing struct {
	source io.ReadCloser
	lines  *bufio.Reader
	event  []byte // the lines of an event whose end has not come
	ready  []byte // what may be read now
}

func newWithoutPairing(source io.ReadCloser) *withoutPairing {
	return &withoutPairing{source: source, lines: bufio.NewReader(source)}
}

func (w *withoutPairing) Read(into []byte) (int, error) {
	for len(w.ready) == 0 {
		line, err := w.lines.ReadBytes('\n')
		if err != nil {
			return 0, err
		}
		w.event = append(w.event, line...)
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			if !bytes.Contains(w.event, []byte(`"PAIRING"`)) {
				w.ready = w.event
			}
			w.event = nil
		}
	}
	n := copy(into, w.ready)
	w.ready = w.ready[n:]
	return n, nil
}

func (w *withoutPairing) Close() error { return w.source.Close() }
