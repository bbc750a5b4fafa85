"""Canvas: users' journeys through steps.

Source: Braze docs, pages on creating a Canvas, its components, exit criteria and context (braze-inc/braze-docs).
"""
