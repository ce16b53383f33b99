"""Files that people send: looked into by kind, kept under random names, handed out as attachments (S-60, S-61)."""
