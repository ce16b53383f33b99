"""The pages of enrolment: the form in steps, what stands behind mailed links, and cancelling."""
