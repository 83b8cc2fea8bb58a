"""Common ground of the project's programs: its files, its template, and problems that people can mend."""
