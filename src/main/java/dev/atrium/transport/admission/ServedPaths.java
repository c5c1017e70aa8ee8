package dev.atrium.transport.admission;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Paths of this service; an application that embeds Atrium has others. Normalized paths are compared, as routes do:
 * {@code /socket.io/../rooms/lobby} is a room. Any thread.
 */
public final class ServedPaths {

    private static final String ENGINE_IO = "/socket.io/";

    /** Paths of routes. A path with an asterisk at the end includes all paths below it. */
    static final List<String> ROUTES = List.of("/rooms*", "/sessions*", "/users*", "/rtc/*", "/ws", "/echo", "/socket.io*");

    private static final Pattern SOCKETS = Pattern.compile("/(ws|echo|rooms/[^/]+)/?|" + ENGINE_IO + ".*");

    private ServedPaths() {
    }

    /** Returns whether a request's path belongs to this service. */
    public static boolean includes(RoutingContext context) {
        return includes(context.normalizedPath());
    }

    static boolean includes(String path) {
        // Without a stream: each filter of each request asks.
        for (String route : ROUTES) {
            if (matches(route, path)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether {@code /rooms*} matches a path: {@code /rooms}, and paths below it, also with matrix parameters, which
     * the resources ignore; but not {@code /roomservice} of an application.
     */
    private static boolean matches(String route, String path) {
        if (!route.endsWith("*")) {
            // Routes ignore a slash at the end.
            return path.startsWith(route)
                    && (path.length() == route.length() || path.length() == route.length() + 1 && path.endsWith("/"));
        }
        String prefix = route.substring(0, route.length() - 1);
        return path.startsWith(prefix) && (prefix.endsWith("/") || path.length() == prefix.length()
                || path.charAt(prefix.length()) == '/' || path.charAt(prefix.length()) == ';');
    }

    static boolean isEngineIo(RoutingContext context) {
        return context.normalizedPath().startsWith(ENGINE_IO);
    }

    /** Returns whether a path has a WebSocket endpoint. */
    static boolean isSocket(String path) {
        return SOCKETS.matcher(path).matches();
    }
}
