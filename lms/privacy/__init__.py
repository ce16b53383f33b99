"""The contract PersonalData: what each module knows about a person, and until when."""
