"""What do I know already? A self-assessment in plain statements over the five areas of DigComp 2.2, and the courses that come next."""
