"""The subject itself: units, people, observations, services, indicators, access; frozen values, no I/O."""
