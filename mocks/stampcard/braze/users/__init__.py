"""Who users are: identifiers, reserved profile fields, push tokens, merging; and what profiles remember of the past."""
