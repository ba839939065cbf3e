"""Who is who: resolve identifiers to one customer before the engine, and absorb a merged customer inside it."""
