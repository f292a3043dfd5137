"""The laptop's half of syncing: state machine, runner, transport; the province's half is `server`."""
