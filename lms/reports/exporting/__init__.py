"""Tables that are made by themselves, once for each period, and sent or laid into a folder (F-O08)."""
