"""Papers as values: what is printed, and each form of the teams made out of what the screens show.

`paper` is the value, `letterhead` the head of a paper after Nghị định 30/2020/NĐ-CP; the other modules each
make one form out of frozen views. Nothing here reads the vault or draws; `ui.paper` draws.
"""
