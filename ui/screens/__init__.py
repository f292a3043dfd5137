"""One module for each place of the shell; no screen knows another."""
