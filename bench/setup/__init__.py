"""setup: calls a second through welcome, menu, queue and answer, beside Asterisk's own dialplan and app_queue.

ground.py    what stands: one Asterisk, the daemon, a control in Asterisk's own words, telephones of sipp's
seats.py     agents without a browser: their sessions, their streams, some whole screens
sipp.py      callers and phones: sipp with caller.xml and phone.xml
usage.py     what a process costs: CPU and memory, as the kernel counts them
ladder.py    which rate is held next, and which was the highest
hold.py      one rate, held
standing.py  an error as soon as a program ends that is needed
measure.py   the measurement, and var/bench/setup.json
"""
