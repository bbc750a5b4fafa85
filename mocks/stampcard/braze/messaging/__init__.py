"""Messages by API: sent, triggered, scheduled, transactional; Live Activities; copies of campaigns."""
