"""openapi-generator, python: an assessment, a proposal, a review, an explanation, and one problem."""

import openapi_client as generated
from book import AS_OF, BOOK, CHANGE, TARGET, URL, check

vendor = "meridian"
with generated.ApiClient(generated.Configuration(host=URL)) as client:
    api = generated.DecisionsApi(client)
    body = {"as_of": AS_OF, "book": BOOK, "partner": "P1"}
    check(api.assess(vendor, generated.AssessmentRequest.from_dict(body)).lines[0].quota, "assess")
    plan = {"as_of": AS_OF, "book": BOOK, "target": TARGET}
    check(len(api.propose(vendor, generated.ProposalRequest.from_dict(plan), idempotency_key="og").lines) == 2, "propose")
    check(api.review(vendor, generated.ReviewRequest.from_dict({"as_of": AS_OF, "book": BOOK})), "review")
    check(len(api.explain(vendor, generated.ExplanationRequest.from_dict(plan | {"partner": "P1"})).lines) == 1, "explain")
    try:
        api.propose(vendor, generated.ProposalRequest.from_dict({"as_of": AS_OF, "book": CHANGE}))
        check(False, "problem")
    except generated.exceptions.NotFoundException as problem:
        check("book_unknown" in problem.body, "problem")
