"""Product feeds in XML: reading them as a stream, recognising whose they are, and making products of their records."""
