"""X.509 certificates of signers and their authorities, checked at a time that is given.

certificate   DER → one parsed value
roles         what an issuer and a signer must be: tables of clauses
paths         a path from a leaf to a trusted authority at a time
fulcio        what a signing certificate must be: a table of clauses
identities    who the certificate says signed
scts          which certificate transparency logs saw it
"""
