"""The consumer contract: which operations, fields and answers of the vendors a client relies on."""
