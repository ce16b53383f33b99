"""The pages about what trainers are paid and by what right: rates, contracts, qualifications, status files."""
