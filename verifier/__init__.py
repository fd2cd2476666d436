"""Trust: evidence, policy, trust roots and a moment become a verdict. No effect of any kind."""
