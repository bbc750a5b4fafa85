"""Project webhooks: what happens in a project, sent to whoever wants to know."""
