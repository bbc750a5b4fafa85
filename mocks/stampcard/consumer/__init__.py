"""Checking a consumer of webhooks: every documented event, rightly and wrongly signed, and what it answers."""
