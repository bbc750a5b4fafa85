"""What a workspace offers its members: entities, customer lists, rewards, coupons, offers, and bulk work on them."""
