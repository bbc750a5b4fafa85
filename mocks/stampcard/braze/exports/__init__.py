"""What a workspace tells of itself: users, segments, campaigns, Canvases, custom data, data series."""
