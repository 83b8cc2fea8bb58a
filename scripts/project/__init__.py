"""What every program of the project needs: where its files are, its template, and how to say what is wrong."""
