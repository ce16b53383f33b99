"""Packages and tools of others, on an origin of their own: SCORM, H5P, cmi5 and LTI."""
