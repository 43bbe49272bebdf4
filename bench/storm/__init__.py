"""The storm: real phones and screens pass callers on at random, faults strike, and everybody asks for every card.

`make storm` (ten minutes; ARGS="--seconds 60 --seed 7"). A process of its own logs in as everybody and asks for each
card as fast as the server answers (asker.py); another reads from Asterisk, again and again, who is in which bridge
(sampler.py). Afterwards each card that was given is held against that (truth.py, judge.py): var/bench/storm.json.

The same seed gives the same choices, each actor's in the same order; when they meet is the machine's own doing.
"""
