"""Rooms for the operator: what a site needs besides the daemon itself."""
