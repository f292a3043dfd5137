"""The program against its limits; each module is one benchmark, `__main__` runs them."""
