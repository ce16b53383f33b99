"""The fee contract (Honorarvertrag) of one trainer for one run: drafted, offered, accepted on screen or on paper, kept."""
