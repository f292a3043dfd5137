"""The parts that screens are built of.

They paint themselves from `ui.theme` and show data as plain text only; each has a keyboard way and an
accessible name.

`text` words and icons · `button` · `surface` cards, page heads, rows of a card · `pill` · `meter` ·
`tile` indicators · `field` inputs with labels · `rows` lists and tables · `choices` check rows, filter chips,
answers as pills · `messages` message bar, empty state, progress · `timeline` · `trend` · `avatar`.
"""
