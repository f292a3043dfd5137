"""Parts of the command line that fill a module of their own; `tongcds.cli` puts them together."""
