"""Demo data of the local stack: people, courses and enrolments."""
