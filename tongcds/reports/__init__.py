"""Figures and tables on any SQLAlchemy connection; definitions of the indicators are `domain`."""
