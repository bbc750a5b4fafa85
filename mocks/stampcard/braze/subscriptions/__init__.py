"""What people agreed to get: subscription groups, e-mail addresses, phone numbers, preference centers."""
