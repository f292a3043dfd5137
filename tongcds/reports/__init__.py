"""Figures and overviews on any SQLAlchemy connection, a laptop's vault or the province's server.

`figures` counts stock figures of villages and adds them up; `overview` lays figures out for the screens. What
the indicators mean is data of `domain.catalogue`.
"""
