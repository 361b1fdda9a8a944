"""openapi-python-client: an assessment, a proposal, a review, an explanation, and one problem."""

from generated.python_client import Client, models
from generated.python_client.api.decisions import assess, explain, propose, review
from book import AS_OF, BOOK, CHANGE, TARGET, URL, check

client = Client(base_url=URL)
vendor, book = "meridian", models.Book.from_dict(BOOK)

answer = assess.sync(vendor, client=client, body=models.AssessmentRequest(book=book, as_of=AS_OF, partner="P1"))
check(isinstance(answer, models.Assessment) and answer.lines[0].quota, f"assess: {answer}")
answer = propose.sync(vendor, client=client, body=models.ProposalRequest(book=book, as_of=AS_OF, target=TARGET), idempotency_key="opc")
check(isinstance(answer, models.Proposal) and len(answer.lines) == 2, f"propose: {answer}")
answer = review.sync(vendor, client=client, body=models.ReviewRequest(book=book, as_of=AS_OF, partner="P1"))
check(isinstance(answer, models.ReviewedPartner) and answer.vendor == vendor, f"review: {answer}")
answer = explain.sync(vendor, client=client, body=models.ExplanationRequest(book=book, as_of=AS_OF, target=TARGET, partner="P1"))
check(isinstance(answer, models.Explanation) and len(answer.lines) == 1, f"explain: {answer}")
answer = propose.sync(vendor, client=client, body=models.ProposalRequest(book=models.BookChange.from_dict(CHANGE), as_of=AS_OF))
check(isinstance(answer, models.Problem) and answer.code == "book_unknown", f"problem: {answer}")
