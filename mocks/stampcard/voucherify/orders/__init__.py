"""Orders and what they are made of: carts, products, SKUs and collections of them."""
