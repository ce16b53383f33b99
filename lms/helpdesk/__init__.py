"""The help desk: one-to-one help with everything digital, and consultations for companies.

The team says where and on which weekdays an adviser sits (`HelpDesk`, `DeskHours`), and what each one knows
(`AdviserTopic`). Times are reckoned from that, never stored; an `Appointment` takes its adviser by a `Reservation`, so that
nobody is in two places. Walk-ins of a day stand in one queue with who has booked (`Ticket`), without a name; what is kept
of a visit for the statistics (`Contact`) names nobody.
"""
