"""Training for one company: what it asks for, the offer of the centre, and the answer to it; the run that comes of it is made by `portal`."""
