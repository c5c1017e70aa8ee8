package dev.atrium.transport.http;

import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.BodyReader;
import io.netty.handler.codec.http2.Http2Exception;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Routes of the HTML pages: {@code /} and {@code /latency} of the server, and {@code /rooms/{room}} for clients that prefer
 * {@code text/html}. These routes choose the page and set its headers; Quarkus serves all other files. The pages contain no
 * data: the page of a room reads it through {@code /atrium.js}, with a token if one is needed.
 */
@Singleton
public final class PageRoutes {

    /** Allows the server's own scripts and styles only: a script in a message cannot run, even if it is rendered as markup. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
            + "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** What calls need, and nothing else that a browser would ask the user for. */
    private static final String PERMISSIONS = "camera=(self), microphone=(self), display-capture=(self), geolocation=()";

    /**
     * Route order: after the check of the origin and before authentication. With an expired cookie or token a user would
     * otherwise get the JSON of a 401, and not the page that asks for another token.
     */
    private static final int BEFORE_IDENTITY = -200;

    /** Route order: after the permissions of Quarkus, which an application may have set for all paths. */
    private static final int AFTER_PERMISSIONS = -50;

    private static final String HTML = "text/html;charset=UTF-8";
    private static final String PAGES = "/pages/";
    private static final String RANGE = "Range";
    private static final List<String> FILES = List.of("/atrium.js", "/atrium-rtc.js", "/atrium.d.ts", "/atrium-rtc.d.ts",
            PAGES + "*", "/socket.io/socket.io.js");

    /** Types of the files, by the ends of their names: Vert.x sets them in answers to GET alone. */
    private static final Map<String, String> TYPES = Map.of(".js", "text/javascript;charset=UTF-8", ".css",
            "text/css;charset=UTF-8", ".svg", "image/svg+xml");

    /** Key of the path that was requested, under which a rerouted context has another one. */
    private static final String REQUESTED = "atrium.page";

    /** Entity tags by path, computed once. Tags of the content prevent browsers from mixing the modules of two versions. */
    private final Map<String, String> tags;
    private final HtmlPages pages = new HtmlPages();
    private final BodyReader bodies;
    private final boolean wholeSite;

    PageRoutes(HttpConfig config, BodyReader bodies) throws IOException {
        this.bodies = bodies;
        this.wholeSite = config.wholeSite();
        // In development files change while the server runs.
        this.tags = LaunchMode.current().isDevOrTest() ? Map.of()
                : EntityTags.ofResources("META-INF/resources", "pages", "atrium.js", "atrium-rtc.js");
    }

    void register(@Observes Router router) {
        if (wholeSite) {
            readOnly(router, "/", context -> reroute(context, "index.html"));
            readOnly(router, "/latency", context -> reroute(context, "latency.html"));
        }
        router.route("/rooms/:room").method(HttpMethod.GET).method(HttpMethod.HEAD).order(BEFORE_IDENTITY).handler(this::room);
        router.route(PAGES + "*").order(BEFORE_IDENTITY).handler(this::protect);
        router.route(PAGES + ":page").method(HttpMethod.GET).method(HttpMethod.HEAD).order(AFTER_PERMISSIONS)
                .handler(this::page);
        readOnly(router, "/atrium.js", this::revalidate);
        readOnly(router, "/atrium-rtc.js", this::revalidate);
        for (String files : FILES) {
            router.route(files).method(HttpMethod.HEAD).order(AFTER_PERMISSIONS).handler(PageRoutes::describe);
            router.route(files).method(HttpMethod.GET).order(AFTER_PERMISSIONS).handler(this::prepare)
                    .failureHandler(PageRoutes::failed);
        }
    }

    /** Gives an answer to HEAD the headers of GET. */
    private static void describe(RoutingContext context) {
        // Ranges are defined for GET only (RFC 9110 section 14.2).
        context.request().headers().remove(RANGE);
        String path = context.normalizedPath();
        TYPES.forEach((end, type) -> {
            if (path.endsWith(end)) {
                context.response().putHeader(HttpHeaders.CONTENT_TYPE, type);
            }
        });
        context.next();
    }

    private void prepare(RoutingContext context) {
        String ifRange = context.request().getHeader("If-Range");
        if (ifRange != null && !ifRange.equals(context.response().headers().get(HttpHeaders.ETAG))) {
            // Of another version than the client has the beginning of (RFC 9110 section 13.1.5).
            context.request().headers().remove(RANGE);
        }
        // Not before: the handler of static files pauses the request until its response has ended.
        context.addHeadersEndHandler(written -> context.vertx().runOnContext(now -> bodies.discard(context)));
        context.next();
    }

    /** Over HTTP/2 Quarkus would log an error, with a stack trace, for each client that goes before it has a file whole. */
    private static void failed(RoutingContext context) {
        if (!(context.failure() instanceof Http2Exception)) {
            context.next();
        }
    }

    private static void readOnly(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).order(BEFORE_IDENTITY).handler(context -> {
            HttpMethod method = context.request().method();
            if (method == HttpMethod.GET || method == HttpMethod.HEAD) {
                handler.handle(context);
            } else {
                AllowedMethods.answer(context, "GET, HEAD");
            }
        });
    }

    private static void reroute(RoutingContext context, String file) {
        context.put(REQUESTED, context.request().path()).reroute(PAGES + file);
    }

    private void page(RoutingContext context) {
        String name = context.pathParam("page");
        if (!pages.has(name)) {
            context.next();
            return;
        }
        HttpServerResponse response = context.response();
        if (context.isFresh()) {
            response.setStatusCode(304).end();
            return;
        }
        String requested = context.get(REQUESTED, context.request().path());
        pages.at(requested, name, context.vertx()).onFailure(context::fail).onSuccess(html -> {
            Buffer body = Buffer.buffer(html);
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            response.end(context.request().method() == HttpMethod.HEAD ? Buffer.buffer() : body);
        });
    }

    private void room(RoutingContext context) {
        HttpServerRequest request = context.request();
        // The URL has several representations: a cache must not serve one of them for another Accept header.
        context.response().putHeader(HttpHeaders.VARY, "Accept");
        if (Admission.isWebSocket(request) || !Representation.PAGE.equals(Representation.best(request))
                || StreamRoutes.isEndlessPage(request)) {
            context.next();
            return;
        }
        RequestUrl.room(context);
        reroute(context, "room.html");
    }

    private void protect(RoutingContext context) {
        context.response().putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Permissions-Policy", PERMISSIONS)
                .putHeader(HttpHeaders.VARY, "Accept");
        if (context.normalizedPath().endsWith(".html")) {
            context.response().putHeader(HttpHeaders.CONTENT_TYPE, HTML);
        }
        revalidate(context);
    }

    private void revalidate(RoutingContext context) {
        MultiMap headers = context.response().headers().set(HttpHeaders.CACHE_CONTROL, "no-cache");
        String tag = tags.get(context.normalizedPath());
        if (tag != null) {
            headers.set(HttpHeaders.ETAG, tag);
        }
        context.next();
    }
}
