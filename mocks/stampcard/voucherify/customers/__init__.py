"""Customers: who they are, what they agree to, and the segments they fall into."""
