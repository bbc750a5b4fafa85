"""Referral codes: who refers whom, and what that brings them."""
