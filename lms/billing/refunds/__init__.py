"""Money on its way back: asked for, approved by a second person where it is much, paid out by its means, then booked."""
