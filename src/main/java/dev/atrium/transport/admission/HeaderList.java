package dev.atrium.transport.admission;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.stream.Stream;

/** Header whose value is a list (RFC 9110 section 5.6.1), in one line or several. */
public final class HeaderList {

    private HeaderList() {
    }

    /** Returns the elements, in their order; none if the request does not have the header. */
    public static List<String> of(HttpServerRequest request, CharSequence name) {
        if (!request.headers().contains(name)) {
            return List.of();
        }
        return request.headers().getAll(name).stream().flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip).filter(element -> !element.isEmpty()).toList();
    }
}
