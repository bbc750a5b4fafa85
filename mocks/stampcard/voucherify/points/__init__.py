"""What is on cards: credits and points, those that wait or expire, and the tiers that points lead to."""
