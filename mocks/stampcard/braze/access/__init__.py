"""Who may call, and how often: API keys, rate limits, apps, SDK authentication, dashboard users by SCIM."""
