"""Drift: a contract held against a document the vendor published, to notice what changed."""
