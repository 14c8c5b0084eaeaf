"""Patients, what they and Bedside say to each other, the assessments, and the nurse's worklist."""
