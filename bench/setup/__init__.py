"""setup: calls a second through welcome, menu, queue and answer, beside Asterisk's own dialplan and app_queue.

ground.py    what stands: one Asterisk, the daemon, a control in Asterisk's own words, telephones of sipp's
seats.py     agents without a browser: their sessions, their streams, some whole screens
sipp.py      callers and phones: sipp with caller.xml and phone.xml
usage.py     what a process costs: CPU and memory, as the kernel counts them
ladder.py    the highest rate that is held, by steps
measure.py   the measurement, and var/bench/setup.json
"""
