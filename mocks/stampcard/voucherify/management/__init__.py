"""A project as its owners run it: keys and tokens, schemas, stacking rules, and many records at once."""
