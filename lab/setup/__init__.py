"""Install what is missing on a bare Debian, once: `python3 -m lab.setup`.

Only the standard library is used here, because nothing else is there yet. Each step knows by a stamp whether it
has been done, makes its result under a temporary name and renames it, so that a broken run leaves nothing half.
"""
