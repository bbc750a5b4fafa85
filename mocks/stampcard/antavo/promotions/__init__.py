"""The promotion engine: promotions, carts, what comes off, and the tokens its callers bring."""
