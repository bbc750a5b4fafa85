"""What a person does in the dashboard: set-up, previews and test sends; what people and devices do. No endpoints."""
