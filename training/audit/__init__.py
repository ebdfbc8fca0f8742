"""What a score is evidence of: the model beside rivals that see little, under shifts and masks, and on dealt labels."""
