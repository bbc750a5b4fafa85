"""Qualification, validation, redemption and rollback: what may be used for an order, and what that takes off it."""
