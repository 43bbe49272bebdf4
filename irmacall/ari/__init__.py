"""The ari room: speaks Asterisk's REST interface and hears its events; decides nothing.

fields.py      strict reading of Asterisk's JSON
wire.py        Asterisk's events → core events (pure)
snapshot.py    what a node says is there now → a core snapshot (pure)
requests.py    core commands → HTTP requests, and which answers count as done (pure)
pool.py        a bounded pool of kept-alive HTTP connections to one node
socket.py      one event WebSocket: it delivers, or it raises
client.py      Node: one life of a connection in the order that loses nothing
"""
