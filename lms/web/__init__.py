"""How the centre speaks to people: language, templates, forms, errors and pages. Knows no subject."""
