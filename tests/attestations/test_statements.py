"""Statements and resources: what is said, about which subjects, and what is too little to say anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import Digest, DigestSet
from attestations.faults import FormatFault
from attestations.predicates import WITHOUT_CONTENT, UnknownPredicate, read_predicate
from attestations.resources import parse_resource
from attestations.statements import TYPES, Statement, Subject, parse_statement
from attestations.strict_json import Node

from .documents import DIGEST, RESOURCE, STATEMENT, encode

SUBJECTS = st.builds(
    Subject,
    name=st.text(max_size=8),
    digests=st.binary(min_size=32, max_size=32).map(lambda raw: DigestSet((Digest("sha256", raw.hex()),))),
)
STATEMENTS = st.builds(
    Statement,
    type=st.sampled_from(TYPES),
    subjects=st.lists(SUBJECTS, min_size=1, max_size=4).map(tuple),
    predicate_type=st.text(min_size=1),
    predicate=st.none() | st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=4),
)


@given(STATEMENTS)
def test_a_statement_is_read_back(statement: Statement) -> None:
    document = {
        "_type": statement.type,
        "subject": [
            {"name": subject.name, "digest": {digest.algorithm: digest.hex for digest in subject.digests}}
            for subject in statement.subjects
        ],
        "predicateType": statement.predicate_type,
        "predicate": statement.predicate,
    }
    assert parse_statement(encode(document)) == statement


def refusal(**changes: Any) -> FormatFault:
    with pytest.raises(FormatFault) as caught:
        parse_statement(encode({**STATEMENT, **changes}), source="statement.json")
    return caught.value


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "https://in-toto.io/Statement/v0.2",
        "https://in-toto.io/Statement/v2",
        "http://in-toto.io/Statement/v1",
        "https://in-toto.io/Statement/v1/",
        "https://in-toto.io/statement/v1",
        "https://example.com/Statement/v1",
    ],
)
def test_a_statement_is_of_one_of_the_types_that_exist(kind: str) -> None:
    fault = refusal(_type=kind)
    assert (fault.reason, fault.place.pointer) == ("statement.type", "/_type")


def test_t01_a_statement_about_nothing_is_refused() -> None:
    fault = refusal(subject=[])
    assert (fault.reason, str(fault.place)) == ("statement.no_subject", "statement.json#/subject")


def test_t01_a_statement_without_a_subject_member_is_refused() -> None:
    with pytest.raises(FormatFault) as caught:
        parse_statement(encode({name: value for name, value in STATEMENT.items() if name != "subject"}))
    assert caught.value.reason == "json.missing"


@pytest.mark.parametrize("digest", [{}, {"sha256": DIGEST}])
def test_t05_a_subject_without_a_digest_is_refused_beside_any_other(digest: dict[str, str]) -> None:
    fault = refusal(
        subject=[{"name": "one", "digest": {"sha256": DIGEST}}, {"name": "two", "digest": {}}, {"digest": digest}]
    )
    assert (fault.reason, fault.place.pointer) == ("statement.no_digest", "/subject/1/digest")


def test_t05_an_upper_case_digest_is_refused_and_never_normalised() -> None:
    fault = refusal(subject=[{"digest": {"sha256": DIGEST.upper()}}])
    assert (fault.reason, fault.place.pointer) == ("digest.value", "/subject/0/digest/sha256")


@pytest.mark.parametrize("kind", sorted(WITHOUT_CONTENT))
@pytest.mark.parametrize("given_null", [True, False])
def test_t05_a_type_that_asks_for_no_predicate_may_have_none(kind: str, given_null: bool) -> None:
    document = {**STATEMENT, "predicateType": kind, "predicate": None}
    if not given_null:
        del document["predicate"]
    statement = parse_statement(encode(document))
    assert statement.predicate is None
    assert read_predicate(statement) == UnknownPredicate(kind, None)


@pytest.mark.parametrize("kind", ["https://example.com/predicate/v1", "https://slsa.dev/provenance/v1"])
def test_t05_a_predicate_may_be_null_for_no_other_type(kind: str) -> None:
    statement = parse_statement(encode({**STATEMENT, "predicateType": kind, "predicate": None}))
    with pytest.raises(FormatFault) as caught:
        read_predicate(statement, source="statement.json")
    assert (caught.value.reason, str(caught.value.place)) == ("predicate.missing", "statement.json#/predicate")


def test_an_unknown_predicate_is_kept_and_named() -> None:
    predicate = read_predicate(parse_statement(encode(STATEMENT)))
    assert predicate == UnknownPredicate("https://example.com/predicate/v1", STATEMENT["predicate"])


def test_a_predicate_type_is_never_empty() -> None:
    assert refusal(predicateType="").reason == "statement.no_predicate_type"


@pytest.mark.parametrize("predicate", [[], "text", 1, True])
def test_t94_a_predicate_is_an_object(predicate: Any) -> None:
    fault = refusal(predicate=predicate)
    assert (fault.reason, fault.place.pointer) == ("json.type", "/predicate")


@pytest.mark.parametrize("member", ["_type", "subject", "predicateType", "predicate"])
def test_t06_a_member_given_twice_is_refused(member: str) -> None:
    once = encode({member: STATEMENT[member]})
    document = encode(STATEMENT)[:-1] + b"," + once[1:]
    with pytest.raises(FormatFault) as caught:
        parse_statement(document)
    assert caught.value.reason == "json.duplicate_key"


def test_unknown_members_are_ignored() -> None:
    assert parse_statement(encode({**STATEMENT, "more": 1})) == parse_statement(encode(STATEMENT))


def test_subjects_may_go_without_a_name() -> None:
    statement = parse_statement(encode({**STATEMENT, "subject": [{"digest": {"sha1": "a" * 40}}]}))
    assert statement.subjects == (Subject("", DigestSet((Digest("sha1", "a" * 40),))),)


def test_a_resource_is_read_whole() -> None:
    resource = parse_resource(Node(RESOURCE))
    assert (resource.name, resource.uri, resource.content) == ("resource", "https://example.com", b"content")
    assert [digest.algorithm for digest in resource.digests] == ["sha512"]
    assert resource.annotations == {"one": {"two": 3}}


@pytest.mark.parametrize("member", ["uri", "digest", "content"])
def test_one_way_to_tell_a_resource_is_enough(member: str) -> None:
    resource = parse_resource(Node({member: RESOURCE[member]}))
    assert (resource.uri != "", resource.digests.digests != (), resource.content is not None).count(True) == 1


@pytest.mark.parametrize(
    "document", [{}, {"name": "x"}, {"downloadLocation": "https://example.com/x", "mediaType": "x"}, {"digest": {}}]
)
def test_a_resource_that_nothing_tells_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_resource(Node(document))
    assert caught.value.reason == "resource.empty"
