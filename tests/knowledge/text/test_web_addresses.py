"""Which web addresses of a document may be shown."""

import pytest

from knowledge.text.web_addresses import web_addresses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://library.example.org/renew である", ("library.example.org/renew",)),
        (
            "(http://a.example.jp/x?y=1)、https://b.example.jp。",
            ("a.example.jp/x?y=1", "b.example.jp"),
        ),
        ("See https://a.example.org/one.", ("a.example.org/one",)),
        ("https://bank.example@evil.example/", ()),
        ("https://10.0.0.1/x https://[::1]/ http://localhost/", ()),
        ("https://xn--80ak6aa92e.example/", ()),
        ("https://a.example.org:8443/x", ()),
        ("https://exámple.org/", ()),
        ("javascript:alert(1) data:text/html,x ftp://a.example.org/", ()),
        ("https://a.example.org/" + "x" * 300, ()),
    ],
)
def test_only_what_can_be_taken_for_nothing_else_is_shown(text, shown):
    assert web_addresses(text) == shown
