"""What all vendors share. Nothing in here knows a vendor by name."""
