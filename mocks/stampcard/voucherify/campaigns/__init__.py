"""Campaigns and what they hold: vouchers and their codes, promotion tiers, categories, summaries."""
