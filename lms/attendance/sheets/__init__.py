"""The way over paper (U11): a list is printed with a code, signed and ticked, photographed, read, confirmed; and lists out of files."""
