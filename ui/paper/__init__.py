"""Papers drawn: typeset as text documents, then painted on pages for a PDF, a printer or the preview.

`tongcds.papers.paper` says what a paper holds. `marks` draws boxes, rules and QR codes inside of text,
`writing` puts words in, `typeset` turns a sheet into a document, `parts` cuts what is long,
`pages` puts documents on pages. Nothing here shows a window.
"""
