"""Checking a server against a contract: every operation driven by schemathesis, signed as the vendor demands."""
