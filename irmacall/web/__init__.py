"""Two apps on two origins: the citizen's page, open to the world, and the staff's screen, behind its login.

What they need of the rest is named in `ports`; HTTP and its codes live in this room alone.
"""
