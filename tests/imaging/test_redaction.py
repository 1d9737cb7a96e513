"""What others wrote is stored without signatures."""

from __future__ import annotations

from imaging.redaction import without_queries
from imaging.run_status import provisioning_status, run_status

URL = "https://a.blob.core.windows.net/kiln-staging/b/artifact.zip"
TEXT = f"Downloading external file ({URL}?sp=r&sig=abc%3D) to local file (x.0.customizer.fp) failed"


def test_a_quoted_url_keeps_its_place_and_loses_its_signature():
    """AIB quotes the URL of a file that it could not download."""
    assert without_queries(TEXT) == TEXT.replace("?sp=r&sig=abc%3D", "")


def test_a_signature_without_its_url_goes_too():
    """Some messages quote a part of it only."""
    assert without_queries("query 'sv=1&sig=abc%3D&sp=r'") == "query 'sv=1&(signature)&sp=r'"
    assert (
        without_queries(r"/c/b?sv=1\u0026sig=abc\u0026sp=r")
        == r"/c/b?sv=1\u0026(signature)\u0026sp=r"
    )


def test_a_user_with_a_password_and_a_fragment_go_too():
    """A script's address may hold a token in either place."""
    said = "cannot get https://me:pw@h.example/x#t0ken, nor ftp://me:pw@h.example/y (403)"
    assert without_queries(said) == ("cannot get https://h.example/x nor ftp://h.example/y (403)")


def test_a_question_mark_in_a_sentence_stays():
    """Only URLs have queries."""
    assert without_queries("what? nothing: see https://x/y.") == "what? nothing: see https://x/y."


def test_what_aib_says_of_a_template_is_cleaned():
    """It goes into the history and into the report."""
    error = {"provisioningErrorCode": "Other", "message": TEXT}
    template = {
        "properties": {
            "provisioningState": "Failed",
            "provisioningError": error,
            "lastRunStatus": {"runState": "Failed", "message": TEXT},
        }
    }
    assert "sig=" not in provisioning_status(template).error_message
    assert "sig=" not in run_status(template).message
