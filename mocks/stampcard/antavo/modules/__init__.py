"""The gamification modules, and the activities a member has across them."""
