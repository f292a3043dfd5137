"""The desktop's half of the exchange: when to talk, how much to send, over which road, and what came of it.

`machine` decides (pure), `pace` sizes chunks (pure), `transport` speaks HTTP, `exchange` does one exchange
with the vault, `enrol` turns an invitation into an enrolled vault. What is merged and how is
`tongcds.replica`.
"""
