"""A played story to keep: a sequence diagram, every call in full, and what people received."""
