"""`make bench`: figures that the project promises, each beside a bare control in the same run.

__main__.py   which benches there are, and the table at the end
figures.py    percentiles, var/bench/<name>.json
observer.py   when things happened, by Asterisk's own clock
painting.py   when a page showed or blanked something, by the same machine's clock
calls.py      reveal, revoke and wipe: calls to the real daemon, beside calls to the control
citizen.py    who calls in a benchmark: she discloses, keys in her code, and wipes
control.py    the control: an ARI event to an event stream to a fetch to a paint, with nothing in between
plain.py      what the controls stand on
queue.py      queue: what one decision costs, beside a sorted set of the same size
setup/        setup: calls a second up to an answer, beside Asterisk's own dialplan and app_queue
overload/     overload: who is served and who is hurt at twice the limit, beside the limit itself
screens/      screens: a nudge to 1,000 streams, the card meanwhile, and memory, beside a bare server of as many
crowd.py      a desk with a long line and many agents, whose day goes on
"""
