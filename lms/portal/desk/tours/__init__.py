"""Travelling kits on their way through the districts: where each goes next, who drives how long, what is packed."""
