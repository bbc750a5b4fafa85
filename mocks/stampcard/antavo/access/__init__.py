"""Who may call, and how: signatures, clients and their tokens, the logins of members, the shop plugin."""
