"""Checks: what is asked of authenticated evidence, one file each.

    subject              is the statement about the artifact?          asked first: what is not, is no candidate
    signers              did a party that the policy names sign it?    asked second
    statements.CHECKS    is what it says as expected?
    threshold, level                                                   asked of the verification as a whole

How old what we trust may be is asked where it is loaded: `verifier.gather`.
"""
