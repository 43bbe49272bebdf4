"""Texts to callers' mobile telephones, by the gateway that the municipality has a contract with."""
