"""A small record store: cmi5 units are launched, and the xAPI statements they send are checked, kept, and understood.

cmi5: https://github.com/AICC/CMI-5_Spec_Current/blob/quartz/cmi5_spec.md
xAPI 1.0.3: https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md and xAPI-Communication.md
"""
