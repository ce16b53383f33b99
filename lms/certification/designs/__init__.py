"""How this centre's certificates look: designs that staff adapt, version after version, and which kind uses which."""
