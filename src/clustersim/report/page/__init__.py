"""The report of a comparison: one page in a language, made from the folder of the comparison alone."""
