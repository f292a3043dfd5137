"""The window: Qt and nothing but Qt. What is true without a screen lives in `tongcds`."""
