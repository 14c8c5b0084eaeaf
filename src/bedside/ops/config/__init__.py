"""Settings as operators write, check and read them."""
