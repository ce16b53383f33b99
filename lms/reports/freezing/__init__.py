"""Reports that are handed in and never change again (F-O05, U18)."""
