"""Many callers at once: sipp (Debian's sip-tester), with a scenario of ours, and what each of its callers saw.

callers.py       starts them, and reads what they saw
events.py        keys as telephone events that sipp can play
caller.xml.j2    what one of them does: dials, keys, waits for as long as she has patience, hangs up
"""
