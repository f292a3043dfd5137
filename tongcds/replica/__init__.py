"""One write path, merging, pages, digests, receipts on any SQLAlchemy connection; tables are `records`."""
