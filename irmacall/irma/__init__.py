"""The door to the yivi server (IRMA): what is asked of a citizen, and what of the answer may be believed."""
