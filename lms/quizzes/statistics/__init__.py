"""What the answers say about a quiz and its questions; hidden below five persons."""
