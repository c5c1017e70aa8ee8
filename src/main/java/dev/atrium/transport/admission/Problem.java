package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.JsonAnswer;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** An error as {@code application/problem+json}, RFC 9457. */
public record Problem(int status, String title, String detail) implements JsonAnswer {

    public static final String TYPE = "application/problem+json";

    private static final Map<Integer, String> DETAILS = Map.of(
            404, "there is nothing at this path",
            405, "this path does not support this method",
            406, "Accept: expected a media type that this path can produce",
            413, "body: larger than this server accepts",
            414, "request line: longer than this server accepts",
            415, "Content-Type: expected a media type that this path accepts",
            431, "headers: larger than this server accepts");

    public static Problem of(ErrorReply error) {
        return new Problem(error.code(), title(error.code()), error.getMessage());
    }

    /** Returns the problem document of an error that the HTTP server itself has raised. */
    public static Problem of(int status, String defaultDetail) {
        return new Problem(status, title(status), DETAILS.getOrDefault(status, defaultDetail));
    }

    /** Returns the error of a request that no route can take. */
    static ErrorReply malformedRequest() {
        return ErrorReply.badRequest("request: expected a path and a query in percent-encoded UTF-8");
    }

    /** Returns the error of a request a part of which is too large: 413, 414 or 431. */
    static ErrorReply tooLarge(int status) {
        return new ErrorReply(status, DETAILS.get(status));
    }

    /**
     * Returns the response headers of an error: {@code WWW-Authenticate} for 401 (RFC 6750 section 3), {@code Retry-After} for
     * 429 and 503, the supported version of WebSocket for 426 (RFC 6455 section 4.4).
     */
    public static Map<String, String> headers(ErrorReply error) {
        return switch (error.code()) {
            case 401 -> Map.of("WWW-Authenticate", "Bearer");
            case 429, 503 -> Map.of("Retry-After", Integer.toString(error.retryAfter()));
            case 426 -> Map.of("Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13");
            default -> Map.of();
        };
    }

    /** Sends the error reply for a failure, on a route that Jakarta REST does not serve. */
    public static void send(RoutingContext context, Throwable failure) {
        ErrorReply error = ErrorReply.of(failure);
        if (context.response().headWritten() || context.response().closed()) {
            return;
        }
        headers(error).forEach(context.response()::putHeader);
        RetryResponse retry = RetryResponse.declared(context);
        if (error.code() == 503 && retry != null) {
            retry.send(context, error.retryAfter());
        } else {
            send(context, of(error));
        }
    }

    /** Sends an error that the HTTP server itself has raised. */
    public static void send(RoutingContext context, int status) {
        send(context, of(status, title(status)));
    }

    private static void send(RoutingContext context, Problem problem) {
        if (!context.response().headWritten() && !context.response().closed()) {
            context.response().setStatusCode(problem.status).putHeader("Content-Type", TYPE).end(Buffer.buffer(problem.json()));
        }
    }

    private static String title(int status) {
        return HttpResponseStatus.valueOf(status).reasonPhrase();
    }
}
