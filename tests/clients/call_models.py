"""datamodel-code-generator: bodies and answers as models of pydantic, sent with the standard library."""

import json, urllib.error, urllib.request
from generated import models
from book import AS_OF, BOOK, CHANGE, TARGET, URL, check


def ask(what, body, answer):
    text = body.model_dump_json(by_alias=True, exclude_unset=True)
    request = urllib.request.Request(f"{URL}/v1/vendors/meridian/{what}", text.encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return answer.model_validate_json(response.read())
    except urllib.error.HTTPError as error:
        return models.Problem.model_validate(json.load(error))


answer = ask("assessments", models.AssessmentRequest(book=BOOK, as_of=AS_OF, partner="P1"), models.Assessment)
check(isinstance(answer, models.Assessment) and answer.lines[0].quota, f"assess: {answer}")
answer = ask("proposals", models.ProposalRequest(book=BOOK, as_of=AS_OF, target=TARGET), models.Proposal)
check(isinstance(answer, models.Proposal) and len(answer.lines) == 2, f"propose: {answer}")
answer = ask("reviews", models.ReviewRequest(book=BOOK, as_of=AS_OF), models.Review)
check(isinstance(answer, models.Review) and len(answer.partners) == 2, f"review: {answer}")
answer = ask("explanations", models.ExplanationRequest(book=BOOK, as_of=AS_OF, target=TARGET, partner="P1"), models.Explanation)
check(isinstance(answer, models.Explanation) and len(answer.lines) == 1, f"explain: {answer}")
answer = ask("proposals", models.ProposalRequest(book=CHANGE, as_of=AS_OF), models.Proposal)
check(isinstance(answer, models.Problem) and answer.code == "book_unknown", f"problem: {answer}")
