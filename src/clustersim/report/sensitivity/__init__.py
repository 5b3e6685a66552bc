"""The report of a sensitivity analysis: its figures and its page, made from the folder of the analysis alone."""
