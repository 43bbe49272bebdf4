"""The ami room: Asterisk's manager interface, for what ARI cannot do.

client.py     one connection, by panoramisk; it answers, or it raises
stranded.py   which channels nobody cares for when no daemon leads (pure)
watchdog.py   sends them to the dialplan's own queue
"""
