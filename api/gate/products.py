"""What a policy guards, in a word or three: for journals and reports, where a policy's id says little to people."""

from __future__ import annotations

from verifier.policy.model import DebianRequirement, Exact, ManifestRequirement, Policy


def product_of(policy: Policy) -> str:
    """``vendor/product/channel`` of the manifest that must be current, ``origin/codename`` of the archive; else the id.

    Patterns name nothing and are left out.
    """
    for requirement in policy.requirements:
        if isinstance(requirement, ManifestRequirement) and requirement.current:
            said = (requirement.vendor, requirement.product, requirement.channel)
        elif isinstance(requirement, DebianRequirement) and requirement.current:
            said = (requirement.origin, requirement.codename or requirement.suite, None)
        else:
            continue
        names = [each.text for each in said if isinstance(each, Exact)]
        if names:
            return "/".join(names)
    return policy.id
