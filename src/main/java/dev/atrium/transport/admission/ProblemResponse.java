package dev.atrium.transport.admission;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.MultiMap;

/** Response of HTTP/1.1 with a problem document, for requests that reach no route. Pure. */
final class ProblemResponse {

    private ProblemResponse() {
    }

    /** @param origin of the page that has sent the request; null if it is not known */
    static FullHttpResponse of(Problem problem, CorsHeaders cors, String origin) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        // The headers of a request that cannot be parsed are not known, unless origins are listed.
        cors.complete(headers, origin == null ? CorsHeaders.ANY : origin);
        byte[] json = problem.json();
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(problem.status()), Unpooled.wrappedBuffer(json));
        headers.forEach((name, value) -> response.headers().add(name, value));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, Problem.TYPE).set(HttpHeaderNames.CONTENT_LENGTH, json.length);
        return response;
    }

    /** Releases an empty refusal, and returns one with a problem document that keeps the connection or not, as it does. */
    static FullHttpResponse insteadOf(FullHttpResponse empty, CorsHeaders cors, String origin) {
        FullHttpResponse response = of(Problem.of(Problem.malformedRequest()), cors, origin);
        if (empty.headers().contains(HttpHeaderNames.CONNECTION)) {
            response.headers().set(HttpHeaderNames.CONNECTION, empty.headers().get(HttpHeaderNames.CONNECTION));
        }
        empty.release();
        return response;
    }
}
