"""Pictures of any screen with invented values, without a vault or a server.

`python -m ui.preview today --out today.png --size 1366x768 --text 150 --lang en`; without a screen it lists
them. The tests draw the same samples.
"""
