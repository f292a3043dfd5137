"""The laptop's encrypted vault: opening, migrating, searching; merging what arrives is `replica`."""
