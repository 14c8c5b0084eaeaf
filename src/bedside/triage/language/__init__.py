"""What a patient's words say: tokens, phrases, who and when, negation, measurements. No clinical decisions."""
