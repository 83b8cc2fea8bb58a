"""Programs for people who work on the project; none of this is deployed."""
