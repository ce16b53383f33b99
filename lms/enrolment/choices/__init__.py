"""Second and third choice (F-E16): which other runs somebody who waits would also take, and who could have a place there."""
