"""Loyalty campaigns (members, tiers, earning rules, rewards), and the programs of the newer loyalty."""
