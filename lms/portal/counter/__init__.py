"""The counter and the telephone: one screen to find, enrol, take cash and print (F-Q10, F-E13)."""
