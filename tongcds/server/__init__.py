"""The province's half: routes, operations, invitations, command line; the laptop's half is `sync`."""
