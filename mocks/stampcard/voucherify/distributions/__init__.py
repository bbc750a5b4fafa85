"""Codes on their way to customers: publications, and what goes to and comes from Braze."""
