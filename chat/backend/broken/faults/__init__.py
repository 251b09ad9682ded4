"""The broken backends, one module for each section of the rules."""
