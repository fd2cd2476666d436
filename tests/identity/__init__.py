"""Who asks: tokens, identity tokens of CI systems, logins of people, and how much each may ask for."""
