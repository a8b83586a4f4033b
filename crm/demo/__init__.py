"""A store to try everything on: the Chinook sample store, sold through two shops that know its people differently."""
