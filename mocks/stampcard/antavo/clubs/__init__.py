"""Clubs: what they hold, who is in one, their points and when those expire."""
