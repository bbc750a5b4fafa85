"""The Webhooks Manager: webhooks of raw events, and adapters that speak another system's API."""
