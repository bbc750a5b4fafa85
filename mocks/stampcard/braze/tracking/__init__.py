"""What happened to users: attributes, events, purchases, by /users/track and by Cloud Data Ingestion."""
