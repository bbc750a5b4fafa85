"""From a campaign to its messages and what became of them: launches, channels, message events. It has no endpoints."""
