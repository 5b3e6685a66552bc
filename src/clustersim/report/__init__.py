"""What a run shows: pictures and sentences, made from its series and tables alone."""
