"""What a campaign is, and when it may go out: actions, delays, recurrence, pacing. It has no endpoints."""
