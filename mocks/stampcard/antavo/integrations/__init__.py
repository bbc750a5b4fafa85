"""Other platforms: the Braze module, trusted sites that are called, and Segment, which calls."""
