package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.security.AuthenticationException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors over HTTP: status, headers and body. */
class ProblemTest {

    private final List<String> log = new ArrayList<>();
    private boolean headWritten;
    private boolean closed;

    private RoutingContext context() {
        HttpServerResponse response = (HttpServerResponse) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { HttpServerResponse.class },
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "headWritten" -> headWritten;
                    case "closed" -> closed;
                    case "setStatusCode", "putHeader" -> {
                        log.add(arguments.length == 1 ? arguments[0].toString() : arguments[0] + ": " + arguments[1]);
                        yield proxy;
                    }
                    case "end" -> {
                        log.add(arguments[0].toString());
                        yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return (RoutingContext) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { RoutingContext.class },
                (proxy, method, arguments) -> method.getName().equals("response") ? response : null);
    }

    @ParameterizedTest(name = "{0} is {1}: {2}")
    @CsvSource({
            "404, Not Found, there is nothing at this path",
            "405, Method Not Allowed, this path does not support this method",
            "406, Not Acceptable, 'Accept: expected a media type that this path can produce'",
            "413, Request Entity Too Large, body: larger than this server accepts",
            "415, Unsupported Media Type, 'Content-Type: expected a media type that this path accepts'",
            "400, Bad Request, something else",
            "500, Internal Server Error, something else",
    })
    void errors_of_the_http_server_have_atriums_detail_if_there_is_one(int status, String title, String detail) {
        assertThat(Problem.of(status, "something else")).isEqualTo(new Problem(status, title, detail));
    }

    @Test
    void an_error_of_a_parameter_names_it() {
        assertThat(Problem.of(ErrorReply.parameter(400, "limit", "expected a number")))
                .isEqualTo(new Problem(400, "Bad Request", "limit: expected a number"));
    }

    @Test
    void errors_have_their_authenticate_and_retry_headers() {
        assertThat(Problem.headers(ErrorReply.of(new AuthenticationException(AuthenticationException.Reason.EXPIRED))))
                .isEqualTo(Map.of("WWW-Authenticate", "Bearer"));
        assertThat(Problem.headers(new ErrorReply(429, "too many"))).isEqualTo(Map.of("Retry-After", "1"));
        assertThat(Problem.headers(ErrorReply.unavailable("later", true))).isEqualTo(Map.of("Retry-After", "1"));
        assertThat(Problem.headers(new ErrorReply(403, "no"))).isEmpty();
    }

    @Test
    void a_response_has_status_headers_and_a_problem_document() {
        Problem.send(context(), new ErrorReply(401, "token: expired"));
        assertThat(log).startsWith("WWW-Authenticate: Bearer", "401", "Content-Type: application/problem+json").hasSize(4);
        assertThat(new JsonObject(log.get(3)))
                .isEqualTo(new JsonObject().put("status", 401).put("title", "Unauthorized").put("detail", "token: expired"));
    }

    @Test
    void a_status_without_a_detail_has_its_title_as_detail() {
        Problem.send(context(), 400);
        assertThat(log).startsWith("400", "Content-Type: application/problem+json").hasSize(3);
        assertThat(new JsonObject(log.get(2)).getString("detail")).isEqualTo("Bad Request");
    }

    @ParameterizedTest(name = "head written {0}, closed {1}")
    @CsvSource({ "true, false", "false, true" })
    void a_response_that_was_sent_or_whose_client_is_gone_is_not_sent(boolean written, boolean gone) {
        headWritten = written;
        closed = gone;
        Problem.send(context(), 404);
        assertThat(log).isEmpty();
    }
}
