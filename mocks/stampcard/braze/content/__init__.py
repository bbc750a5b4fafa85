"""What messages are made of: Content Blocks, templates, translations, media, promotion codes, Connected Content."""
