"""The ari room: speaks Asterisk's REST interface and hears its events; decides nothing.

Pure, each a table or nearly so:
    fields.py      strict reading of Asterisk's JSON
    wire.py        Asterisk's events → core events
    snapshot.py    what a node says is there now → a core snapshot
    requests.py    core commands → HTTP requests, and which answers count as done
    answers.py     HTTP answers out of bytes
    keys.py        each key that is pressed, once
    repeats.py     every other event, once
    lag.py         how late a node's events are heard

With a network:
    pool.py        a bounded pool of kept-alive HTTP connections to one node
    socket.py      one event WebSocket: it delivers, or it raises
    opening.py     what every connection begins with: version, filters, subscriptions, snapshot
    intake.py      keeps events back until the snapshot has been told
    client.py      Node: the socket that is kept up, and the commands beside it
"""
