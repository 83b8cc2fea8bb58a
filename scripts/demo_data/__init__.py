"""What the local stack shows: people, courses and who learns what."""
