"""Pages that tell one story from many modules: the catalogue, the course page, my courses, the desk."""
