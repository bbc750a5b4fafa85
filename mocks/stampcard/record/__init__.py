"""Recording calls to a vendor's real server: passed through, checked, masked, written as HAR."""
