"""De-minimis aid (F-O09): what a company got for less than its price, the statement about it, and how much room is left."""
