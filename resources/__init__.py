"""What ships with the program beside its code: data, fonts, icons; opened through `tongcds.paths`."""
