"""Pages of shops: what they say of a product, which links they have, and what may be fetched."""
