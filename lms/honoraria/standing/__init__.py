"""The status file (Statusakte): what speaks for self-employment, what a trainer has declared, and what is to be checked."""
