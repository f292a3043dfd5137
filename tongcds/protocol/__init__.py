"""What travels: messages, their columnar coding, problem codes and versions; sending them is `sync`."""
