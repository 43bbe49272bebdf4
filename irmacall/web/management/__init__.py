"""The screens of who leads a team: the wallboard, what she may do there, and reports. No caller is in any of them."""
