"""The Workflows tool: what starts a run, its nodes, and the walk through them. It has no endpoints."""
