"""The geospatial tables of the townships, and pure functions over them: no database, no web."""
