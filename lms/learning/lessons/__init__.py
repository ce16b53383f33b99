"""The lessons of a course as learners meet them: the list, the page of a text, its files, the book to read offline, the preview."""
