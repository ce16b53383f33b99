"""What a unit of teaching is paid with."""
