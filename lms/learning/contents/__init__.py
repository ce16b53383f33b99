"""Writing what a course teaches: chapters, lessons, files; publishing it, copying it, and deciding when each run sees it."""
