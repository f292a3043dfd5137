"""Spreadsheets in: reading, recognising columns, checking rows; writing them to the vault is `actions`.

`reading.read_register` is the door in; `plan.plan_import` says what a register would change.
"""
