// openapi-generator, java with its native library: an assessment, a proposal, a review, an explanation, and one problem.
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.DecisionsApi;
import org.openapitools.client.model.*;

public class CallJava {
    static final String VENDOR = "meridian";
    static final LocalDate AS_OF = LocalDate.parse("2025-12-31");
    static final BigDecimal TARGET = new BigDecimal("720000.00");

    static void check(boolean holds, String what) {
        if (!holds) throw new IllegalStateException(what);
    }

    /** Two partners with two years of revenue. */
    static Book book() {
        List<PartnerRow> partners = new ArrayList<>();
        List<RevenueRow> revenue = new ArrayList<>();
        for (String partner : List.of("P1", "P2")) {
            partners.add(new PartnerRow().partnerId(partner).tier("Gold"));
            for (int at = 0; at < 24; at++) {
                String month = String.format("%d-%02d", 2024 + at / 12, at % 12 + 1);
                revenue.add(new RevenueRow().partnerId(partner).month(month).amount(new BigDecimal("30000.00")));
            }
        }
        return new Book().kind(Book.KindEnum.WHOLE).currency("USD").partners(partners).revenue(revenue);
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("QUOTIENT_URL"));
        DecisionsApi api = new DecisionsApi(client);
        GivenBook book = new GivenBook(book());

        Assessment assessment = api.assess(VENDOR, new AssessmentRequest().book(book).asOf(AS_OF).partner("P1"),
            null, null, null, null, null, null, null, null);
        check(assessment.getLines().get(0).getQuota() != null, "assess");
        Proposal proposal = api.propose(VENDOR, new ProposalRequest().book(book).asOf(AS_OF).target(TARGET),
            null, null, null, null, "java-" + System.nanoTime(), null, null, null);
        check(proposal.getLines().size() == 2, "propose");
        ReviewResponse review = api.review(VENDOR, new ReviewRequest().book(book).asOf(AS_OF),
            null, null, null, null, null, null, null, null);
        check(review.getActualInstance() instanceof Review all && all.getPartners().size() == 2, "review");
        Explanation explanation = api.explain(VENDOR,
            new ExplanationRequest().book(book).asOf(AS_OF).target(TARGET).partner("P1"),
            null, null, null, null, null, null, null, null);
        check(explanation.getLines().size() == 1, "explain");
        try {
            GivenBook change = new GivenBook(new BookChange().kind(BookChange.KindEnum.CHANGE).base("0"));
            api.propose(VENDOR, new ProposalRequest().book(change).asOf(AS_OF), null, null, null, null, null, null, null, null);
            check(false, "problem");
        } catch (ApiException problem) {
            Problem document = client.getObjectMapper().readValue(problem.getResponseBody(), Problem.class);
            check(problem.getCode() == 404 && document.getCode().toString().equals("book_unknown"), "problem: " + document);
        }
    }
}
