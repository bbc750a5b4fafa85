"""For whom: segments, their filters and sizes, and the connected audience of the API. It has no endpoints."""
