"""overload: who is served, who is refused and who is hurt while twice as many call as a node may have.

caller.xml   what one caller does, and what she saw: a line of the log
callers.py   callers at a steady rate, and what became of each
ground.py    what stands: Asterisk, the daemon with a limit, agents, and two who talk all the while
measure.py   once the limit, twice, half; and var/bench/overload.json
"""
