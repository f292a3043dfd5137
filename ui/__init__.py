"""Qt and nothing but Qt; whatever is true without a screen lives in `tongcds`."""
