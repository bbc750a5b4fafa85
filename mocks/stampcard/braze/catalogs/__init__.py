"""Catalogs: fields, selections, items, and what messages read of them."""
