"""What customers do: custom events, the schemas they keep to, and the activity that tells it all."""
