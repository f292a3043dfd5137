"""Spreadsheets in: reading, recognising columns, checking rows; writing them to the vault is `actions`."""
